/** One program measures every file: accuracy on the same samples, latency side by side, what ran as integers. */
import { describeMachine } from "@pare/engine";
import { readModelFile, readModelFrom } from "@pare/formats";
import { describeNode } from "@pare/ir";
import { datasetFeeds, evaluateModels, type Interval, measureLatency, metricsOf, ratioOfMedians } from "@pare/measure";
import { inferTypes } from "@pare/ops";
import { requiredInputs, type Tensors } from "@pare/pass";
import { MemorySource, type Tensor } from "@pare/tensor";
import { isIntegerKernel } from "../../packages/quantize/src/predict/integer-kernels.ts";
import { predict } from "../../packages/quantize/src/predict/predict.ts";
import { prove } from "../../packages/quantize/src/predict/prove.ts";
import { defaultTarget } from "../../packages/quantize/src/targets/catalog.ts";
import { type OpenedModel, openForEvaluation } from "../../src/evaluate/open-model.ts";
import type { World } from "../../src/run/tools.ts";
import type { PreparedCase } from "./prepare.ts";

export interface Accuracy {
  readonly top1: number;
  readonly interval: Interval | undefined;
  /** With the first file's answers; 1 for the first. */
  readonly agreement: number;
}

/** @param paths the float file first */
export async function measureAccuracy(
  paths: readonly string[],
  { test, transform }: Pick<PreparedCase, "test" | "transform">,
  world: World,
): Promise<readonly Accuracy[]> {
  const sessions: OpenedModel["session"][] = [];
  try {
    const feeds = datasetFeeds(test, { transform });
    for (const path of paths) sessions.push((await openForEvaluation(path, world, feeds)).session);
    const metrics = ["accuracy.top1", "fidelity.agreement"];
    const evaluations = await evaluateModels(sessions, feeds, { metrics });
    return evaluations.map((evaluation) => {
      const named = new Map(metricsOf(evaluation, 0).map((metric) => [metric.name, metric]));
      const { value, interval } = named.get("accuracy.top1")!;
      return { top1: value, interval, agreement: named.get("fidelity.agreement")?.value ?? 1 };
    });
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

export interface Speed {
  readonly medianMs: number;
  /** Time of the float file ÷ time of this one. */
  readonly speedUp: Ratio;
  readonly blocksMs: readonly Float64Array[];
}

export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Batch 1, one thread, all files in one process in short interleaved blocks. @param paths the float file first */
export async function measureSpeed(
  paths: readonly string[],
  sample: Tensor,
  budgetMs: number,
  { engine }: World,
): Promise<readonly Speed[]> {
  const inputs = paths.map((path) => inputOf(path, sample));
  const models = paths.map((path) => ({ path }));
  const measured = await measureLatency(engine, models, { inputs, budgetMs, session: { threads: 1 } });
  const base = measured.models[0]!;
  return measured.models.map(({ medianMs, blocksMs }) => ({
    medianMs,
    blocksMs,
    speedUp: speedUpOf(base, { blocksMs }),
  }));
}

/** How many times as fast the head is, with its 95 % interval. */
export function speedUpOf(base: Pick<Speed, "blocksMs">, head: Pick<Speed, "blocksMs">): Ratio {
  const { ratio, interval } = ratioOfMedians({ base: base.blocksMs, head: head.blocksMs }, 0);
  return { value: 1 / ratio, low: 1 / (interval?.high ?? Infinity), high: 1 / (interval?.low ?? 0) };
}

/** Share of the multiply-adds that ran in integer kernels, by the runtime's own trace, predicted or not. */
export async function integerShare(path: string, sample: Tensor, { engine }: World): Promise<number> {
  const model = readModelFile(path);
  const features = describeMachine().features ?? [];
  const target = defaultTarget(features.flatMap(({ name, present }) => (present ? [name] : [])));
  const prediction = predict(model, inferTypes(model), target);
  await using session = await engine.open({ path }, { profile: true, optimizedModel: true, threads: 1 });
  await session.run(inputOf(path, sample));
  const optimized = readModelFrom(new MemorySource(await session.optimizedModel()));
  const { disagreements } = prove(prediction, await session.profile(), optimized);
  const ranOtherwise = new Map(disagreements.map(({ node, ran }) => [node, isIntegerKernel(ran)]));
  let [all, integer] = [0, 0];
  for (const { node, kind, macs = 0 } of prediction.nodes) {
    all += macs;
    if (ranOtherwise.get(describeNode(node)) ?? kind === "integer") integer += macs;
  }
  return integer / all;
}

function inputOf(path: string, sample: Tensor): Tensors {
  return new Map([[requiredInputs(readModelFile(path))[0]!.name, sample]]);
}
