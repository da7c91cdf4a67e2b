import type { Model } from "@pare/ir";
import type { Choices, PassData } from "@pare/pass";
import type { FolderCache } from "@pare/recipe";
import { type LearnedFrom, prepareBatches } from "../evaluate/open-model.ts";
import type { NamedModel } from "../model/named-model.ts";
import { type Learning, stoppedBy, type World } from "../run/tools.ts";
import { type BenchSettings, createBench } from "./bench.ts";
import { calibrationBatches, feedsOf, leavesBatchFree } from "./feeds.ts";
import { createJudge, type References } from "./judge.ts";
import type { LearningData } from "./learning-data.ts";
import { observeCached, type RecentStatistics } from "./statistics-cache.ts";
import { createTraining, type TrainingSettings } from "./training-tools.ts";

export interface LearningOptions {
  /** Undefined: nothing to learn from. */
  readonly data: LearningData | undefined;
  /** Undefined: nothing is measured. */
  readonly bench: BenchSettings | undefined;
  readonly choices?: Choices;
  /** The model before the first lossy step. */
  readonly original?: Model;
  /** Other models that steps name. */
  readonly named?: ReadonlyMap<string, NamedModel>;
  /** Where statistics are kept; undefined: nowhere. */
  readonly cache?: FolderCache | undefined;
  /** Undefined: nothing is trained. */
  readonly training?: TrainingSettings | undefined;
}

/** What was found and may be asked for again. */
interface Found {
  readonly references: References;
  readonly recent: RecentStatistics;
  /** How samples go through the model that they are bound to. */
  batching?: LearnedFrom["batching"];
}

/** What a pass may learn from data and machine. @param model whose inputs samples are bound to */
export function learningTools(
  model: Model,
  options: LearningOptions,
  world: World,
  found: Found = { references: new Map(), recent: new Map() },
): Learning {
  const { data, bench, choices, original, named, training: settings } = options;
  const training = data && settings && createTraining(data, world, settings);
  return {
    within: (stop) => learningTools(model, options, stoppedBy(world, stop), found),
    ...(data !== undefined && { data: passData(model, data, options.cache, world, found) }),
    ...(bench !== undefined && { bench: createBench(data, world, bench) }),
    ...(choices !== undefined && { choices }),
    ...(original !== undefined && { original }),
    ...(named !== undefined && { model: (reference: string) => named.get(reference)!.open() }),
    ...(training !== undefined && { training }),
  };
}

function passData(
  model: Model,
  data: LearningData,
  cache: FolderCache | undefined,
  world: World,
  found: Found,
): PassData {
  const prepare = (each: Model) => prepareBatches(each, world, feedsOf(data.calibration, data, 1));
  return {
    calibrationSamples: data.calibration.length,
    validationSamples: data.validation.length,
    async *batches(options = {}) {
      found.batching ??= (await prepare(model)).batching;
      // Passes run models of their own on them, which are no copies with a free batch.
      const isOne = found.batching !== "declared";
      yield* calibrationBatches(model, data, isOne ? { ...options, batch: 1 } : options);
    },
    async manyAtOnce(other) {
      const { model: prepared, batching } = await prepare(other);
      return batching === "freed" || (batching === "declared" && leavesBatchFree(other)) ? prepared : undefined;
    },
    observe: (observed, observations) =>
      observeCached(observed, observations, { data, cache, world, recent: found.recent }),
    judge: createJudge(data, world, found.references),
  };
}
