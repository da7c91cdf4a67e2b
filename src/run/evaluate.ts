import type { Dataset } from "@pare/data";
import type { CheckedRecipe } from "@pare/recipe";
import type { Comparison, DataNote, Metric } from "@pare/report";
import { evaluateRequest, type ModelResult } from "../evaluate/evaluate.ts";
import type { World } from "./tools.ts";

export interface Measured {
  readonly original: readonly Metric[];
  readonly result: readonly Metric[];
  readonly comparisons: readonly Comparison[];
}

/** Accuracy, and what the record keeps of it beside numbers. */
export interface Evaluated extends Measured {
  readonly outcomes: { readonly original: OutcomeParts; readonly result: OutcomeParts };
  /** What the original seems to expect of its input and is not given; outputs that are no numbers. */
  readonly notes: readonly DataNote[];
}

type OutcomeParts = Omit<ModelResult, "metrics">;

export interface ModelPair {
  readonly original: string;
  readonly result: string;
}

/** Accuracy of both models on the same samples, and what the change of the one into the other did to it. */
export async function evaluateBoth(
  { recipe, folder }: CheckedRecipe,
  dataset: Dataset | undefined,
  pair: ModelPair,
  world: World,
): Promise<Evaluated> {
  const request = { models: [pair.original, pair.result], recipe, dataset, folder };
  const { models, comparisons, notes } = await evaluateRequest(request, world);
  const [original, result] = models as [ModelResult, ModelResult];
  const { metrics: before, ...originalParts } = original;
  const { metrics: after, ...resultParts } = result;
  return {
    original: before,
    result: after,
    comparisons,
    outcomes: { original: originalParts, result: resultParts },
    notes,
  };
}
