import { isDeepStrictEqual } from "node:util";
import type { Dataset } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Progress } from "@pare/pass";
import type { Recipe } from "@pare/recipe";
import type { RunRecord } from "@pare/report";
import { evaluateRequest } from "../evaluate/evaluate.ts";
import { openTestData } from "../run/data.ts";
import type { NoData, RecordData } from "./test-data.ts";

/** One of the two sides of a comparison, with its test data. */
export interface EvaluatedSide {
  readonly record: RunRecord;
  readonly model: string;
  readonly data: RecordData;
}

/** Of the base only the recipe counts: its model is evaluated on the data of the head. */
export interface BaseSide extends Omit<EvaluatedSide, "data"> {
  readonly data: RecordData | NoData;
}

export interface EvaluatedAgain {
  readonly records: readonly [base: RunRecord, head: RunRecord];
  /** What both were evaluated on, in words. */
  readonly evaluated: string;
}

/**
 * Both records with the results of their models evaluated again, here, on the test data of the head: two models are told
 * apart only on the same samples. Values and sizes are prepared as each one's own recipe says; the metrics are the head's.
 */
export async function evaluateAgain(
  base: BaseSide,
  head: EvaluatedSide,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<EvaluatedAgain> {
  await using engine = createOnnxRuntimeEngine();
  const { recipe, folder } = head.data;
  const again = async ({ record, model }: Omit<EvaluatedSide, "data">, own: Recipe | undefined): Promise<RunRecord> => {
    const prepared = own === undefined ? recipe : withPreparation(recipe, own);
    const dataset = await samplesFor(prepared, head.data);
    const { models } = await evaluateRequest(
      { models: [model], recipe: prepared, dataset, folder },
      { engine, progress, signal },
    );
    const { outcomes: _, ...rest } = record.result;
    return { ...record, data: head.record.data, result: { ...rest, ...models[0]! } };
  };
  const own = base.data.recipe;
  return { records: [await again(base, own), await again(head, recipe)], evaluated: evaluatedText(base, head) };
}

/** The recipe's data and metrics, its samples prepared as those of `own`. */
function withPreparation(recipe: Recipe, own: Recipe): Recipe {
  const { input: _, inputs: __, ...data } = recipe.data;
  const { input, inputs } = own.data;
  return { ...recipe, data: { ...data, ...(input && { input }), ...(inputs && { inputs }) } };
}

/** Brought to size in another way, they are still the same samples. */
async function samplesFor(prepared: Recipe, { recipe, folder, dataset }: RecordData): Promise<Dataset> {
  if (isDeepStrictEqual(prepared.data.input, recipe.data.input)) return dataset;
  const opened = await openTestData({ recipe: prepared, folder });
  return { ...opened!, digest: () => dataset.digest() };
}

function evaluatedText(base: BaseSide, head: EvaluatedSide): string {
  const [before, after] = [base, head].map(({ record }) => record.data.find(({ split }) => split === "test")?.sha256);
  const seen = before === after ? "" : ", which is not what the run of the base saw";
  const prepared = base.data.recipe === undefined ? "; both prepared as its recipe says" : "";
  return `the test data of the head${seen}${prepared}`;
}
