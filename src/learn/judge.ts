import { type Dataset, subset } from "@pare/data";
import type { Model } from "@pare/ir";
import {
  automatic,
  dropOf,
  evaluateModels,
  isJudgedByNoise,
  type NoiseShares,
  noiseShares,
  type Runner,
} from "@pare/measure";
import type { Judgement, PassData, SessionOptions, Tensors } from "@pare/pass";
import { isMetricModule } from "@pare/recipe";
import { openRunner } from "../evaluate/float-ports.ts";
import { openForEvaluation, prepareBatches } from "../evaluate/open-model.ts";
import { loadUserMetrics } from "../evaluate/user-metrics.ts";
import type { World } from "../run/tools.ts";
import { feedsOf } from "./feeds.ts";
import type { LearningData } from "./learning-data.ts";
import { modelDigest } from "./model-digest.ts";

/** Outputs of references are kept up to so many bytes. */
const mostKept = 256 * 1024 * 1024;
/** Samples that the reference's own noise is looked for on. */
const mostForNoise = 64;

export type Judge = PassData["judge"];

/** What references gave, by model, number of samples and the runtime's optimizations. */
export type References = Map<string, Recording>;

/** Compares models with a reference on the validation samples; the reference's outputs are computed once. */
export function createJudge(data: LearningData, world: World, references: References): Judge {
  return async (models, reference, { samples = data.validation.length, optimize = "all" } = {}) => {
    const digest = `${modelDigest(reference)} ${samples} ${optimize}`;
    const recording = references.get(digest) ?? { outputs: [], bytes: 0, ports: undefined, ownNoise: undefined };
    references.set(digest, recording);
    const sessions: AsyncDisposable[] = [];
    const open = async (model: Model, options?: SessionOptions) => {
      const { session } = await openForEvaluation(model, world, feedsOf(data.validation, data), options);
      sessions.push(session);
      return session;
    };
    try {
      const original = await replay(recording, () => open(reference, { optimize }));
      const runners: Runner[] = [original];
      for (const model of models) runners.push(await open(model));
      const judged = { ...data, validation: spread(data.validation, samples) };
      const ownNoise = async () => {
        recording.ownNoise ??= await measureOwnNoise(reference, original, judged, world);
        return recording.ownNoise;
      };
      return await judgeAll(runners, ownNoise, judged, world);
    } finally {
      for (const session of sessions) await session[Symbol.asyncDispose]();
    }
  };
}

async function judgeAll(
  runners: readonly Runner[],
  ownNoise: () => Promise<NoiseShares>,
  data: LearningData,
  world: World,
): Promise<readonly Judgement[]> {
  const { recipe, validation, folder } = data;
  const { metrics, output, activation } = recipe.evaluate;
  const isLabelled = validation.length > 0 && (await validation.sample(0)).target !== undefined;
  const wanted = metrics[0] ?? automatic;
  const first = isLabelled || isMetricModule(wanted) || wanted.startsWith("fidelity.") ? wanted : automatic;
  const own = isMetricModule(first) ? await loadUserMetrics([first], folder) : [];
  const builtIn = isMetricModule(first) ? [] : [first];
  const [reference, ...others] = await evaluateModels(runners, feedsOf(validation, data), {
    metrics: [...builtIn, "fidelity.agreement", "fidelity.kl", "fidelity.cosine", "fidelity.snr"],
    userMetrics: own,
    activation,
    ...(output !== undefined && { output }),
    progress: { report: (_, done, total) => world.progress.report("judging", done, total) },
    signal: world.signal,
  });
  const options = { seed: recipe.seed, areScores: first === "fidelity.agreement" || first === "fidelity.kl" };
  const isNoise = others.some((model) => isJudgedByNoise(reference!, model, options));
  const given = isNoise ? { ...options, ownNoise: await ownNoise() } : options;
  return others.map((model) => dropOf(reference!, model, given));
}

/** `count` samples from all over a data set, in its order. */
function spread(dataset: Dataset, count: number): Dataset {
  const { length } = dataset;
  if (count >= length) return dataset;
  return subset(
    dataset,
    Array.from({ length: count }, (_, i) => Math.floor((i * length) / count)),
    "judged",
  );
}

/**
 * How far the reference's outputs are from those that it gives without the runtime's optimizations: what rounds
 * otherwise is no other model. Where a model makes steps of rounding, that may be much.
 */
async function measureOwnNoise(
  reference: Model,
  original: Runner,
  data: LearningData,
  world: World,
): Promise<NoiseShares> {
  const { signal } = world;
  const feeds = feedsOf(spread(data.validation, mostForNoise), data);
  const { model } = await prepareBatches(reference, world, feeds);
  await using optimized = await openRunner(model, world);
  await using plain = await openRunner(model, world, { optimize: "off" });
  const runners = [optimized, plain].map((session) => ({ ...session, inputs: original.inputs }));
  const [, evaluation] = await evaluateModels(runners, feeds, { metrics: ["fidelity.snr"], signal });
  return evaluation?.fidelity === undefined ? new Map() : noiseShares(evaluation.fidelity);
}

/** What a reference gave, run after run. */
export interface Recording {
  ownNoise: NoiseShares | undefined;
  ports: Pick<Runner, "inputs" | "outputs"> | undefined;
  readonly outputs: { readonly key: string; readonly tensors: Tensors }[];
  bytes: number;
}

/** Runs the reference only where its outputs are not kept. */
async function replay(recording: Recording, open: () => Promise<Runner>): Promise<Runner> {
  let opened: Promise<Runner> | undefined;
  const runner = () => {
    opened ??= open();
    return opened;
  };
  recording.ports ??= await runner();
  const { inputs, outputs } = recording.ports;
  let turn = 0;
  return {
    inputs,
    outputs,
    async run(given, options) {
      const at = turn++;
      const key = [...given.values()].map(({ shape }) => shape.join()).join() + (options?.fetch ?? []).join();
      const kept = recording.outputs[at];
      if (kept?.key === key) return kept.tensors;
      const tensors = await (await runner()).run(given, options);
      const bytes = [...tensors.values()].reduce((sum, { source }) => sum + source.size, 0);
      if (recording.bytes + bytes <= mostKept && at <= recording.outputs.length) {
        recording.outputs[at] = { key, tensors };
        recording.bytes += bytes;
      }
      return tensors;
    },
  };
}
