import type { Dataset } from "@pare/data";
import { type Accuracy, compareAccuracy, evaluateAccuracy } from "@pare/measure";
import type { Recipe } from "@pare/recipe";
import type { Comparison, Metric } from "@pare/report";
import { transformOf } from "./data.ts";
import { prefixed, type World } from "./tools.ts";

export interface Measured {
  readonly original: readonly Metric[];
  readonly result: readonly Metric[];
  readonly comparisons: readonly Comparison[];
}

export interface ModelPair {
  readonly original: string;
  readonly result: string;
}

/** Accuracy of both models on the same samples, and what the change of the one into the other did to it. */
export async function evaluateBoth(recipe: Recipe, dataset: Dataset, pair: ModelPair, world: World): Promise<Measured> {
  const original = await evaluateOne(recipe, dataset, pair.original, world, "original");
  const result = await evaluateOne(recipe, dataset, pair.result, world, "result");
  const change = compareAccuracy(original.outcomes, result.outcomes);
  const comparisons: readonly Comparison[] = [
    { metric: "accuracy.top1", kind: "difference", value: change.difference, interval: change.interval },
    { metric: "loss", kind: "difference", value: result.loss - original.loss },
  ];
  const asked = ({ metric }: { metric: string }) => recipe.evaluate.includes(metric);
  return {
    original: metricsOf(original, recipe),
    result: metricsOf(result, recipe),
    comparisons: comparisons.filter(asked),
  };
}

async function evaluateOne(
  recipe: Recipe,
  dataset: Dataset,
  path: string,
  { engine, progress, signal }: World,
  which: string,
): Promise<Accuracy> {
  await using session = await engine.open({ path }, { signal });
  return await evaluateAccuracy(session, dataset, {
    transform: transformOf(recipe),
    scores: recipe.data.input?.scores ?? "logits",
    progress: prefixed(progress, which),
    signal,
  });
}

function metricsOf(accuracy: Accuracy, { evaluate }: Recipe): readonly Metric[] {
  const { samples, top1, interval, loss } = accuracy;
  const all: readonly Metric[] = [
    { name: "accuracy.top1", unit: "ratio", better: "higher", value: top1, interval, samples },
    { name: "loss", unit: "nats", better: "lower", value: loss, samples },
  ];
  return all.filter(({ name }) => evaluate.includes(name));
}
