import { join } from "node:path";
import { readModel, writeModel } from "@pare/formats";
import type { Model } from "@pare/ir";
import { runPass } from "@pare/pass";
import {
  type CacheEntry,
  cacheKey,
  checkLockOutput,
  type Digest,
  type FolderCache,
  type Lock,
  writtenOptions,
} from "@pare/recipe";
import type { StepNote, StepRecord } from "@pare/report";
import { passNamed } from "../catalog.ts";
import { describeFiles } from "../model/files.ts";
import type { RunFacts } from "./facts.ts";
import { createTools, selectionOf, type World } from "./tools.ts";

export interface StepsOutcome {
  readonly records: readonly StepRecord[];
  /** After the last step. */
  readonly model: Model;
}

/** What the cache keeps of a step beside the model's files. */
interface StepDescription {
  readonly sha256: Digest;
  readonly sizeBytes: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly durationMs: number;
  readonly notes: readonly StepNote[];
}

const modelFile = "model.onnx";

/**
 * Does the steps of a recipe, or takes them from the cache. Every step starts from the file that the one before it
 * wrote, also where that was just now: a resumed run then does exactly what an uninterrupted one does.
 * @throws LOCK_DIFFERS where a step gives other bytes than the lock file has
 */
export async function runSteps(
  facts: RunFacts,
  cache: FolderCache,
  world: World,
  lock?: { readonly lock: Lock; readonly file: string },
): Promise<StepsOutcome> {
  const { recipe } = facts.checked;
  const records: StepRecord[] = [];
  let { model } = facts;
  let input = facts.modelFiles.sha256;
  for (const [index, step] of recipe.steps.entries()) {
    world.progress.report(`step ${step.pass}`, index, recipe.steps.length);
    const key = stepKey(facts, index, input);
    const known = await cache.find(key);
    const entry = known ?? (await cache.store(key, (folder) => runStep(facts, index, model, folder, world)));
    records.push(stepRecord(facts, index, entry, known !== undefined));
    model = readModel(join(entry.folder, modelFile));
    input = records.at(-1)!.sha256;
    if (lock !== undefined) checkLockOutput(lock.lock, facts.lock, lock.file, input, index);
  }
  return { records, model };
}

/** Everything that decides what a step gives. */
function stepKey({ checked, lock }: RunFacts, index: number, input: Digest): Digest {
  const { tool, runtime, cpu, dataSha256 } = lock;
  const { seed, steps } = checked.recipe;
  return cacheKey({ step: steps[index], seed, input, data: dataSha256, tool, runtime, cpu });
}

async function runStep(
  { checked }: RunFacts,
  index: number,
  model: Model,
  folder: string,
  world: World,
): Promise<StepDescription> {
  const { pass, options, only, except } = checked.recipe.steps[index]!;
  const tools = createTools(world, { seed: checked.recipe.seed, selection: selectionOf(only, except) });
  const run = await runPass(model, passNamed(pass), options, tools);
  const { files } = writeModel(model, join(folder, modelFile));
  const { sha256, sizeBytes } = await describeFiles(files.map(({ path }) => path));
  const { nodesBefore, nodesAfter, durationMs, notes } = run;
  return { sha256, sizeBytes, nodesBefore, nodesAfter, durationMs, notes };
}

function stepRecord({ checked }: RunFacts, index: number, entry: CacheEntry, isCached: boolean): StepRecord {
  const step = checked.recipe.steps[index]!;
  const description = entry.description as StepDescription;
  return {
    name: step.pass,
    options: writtenOptions(step),
    status: isCached ? "cached" : "done",
    ...description,
  };
}
