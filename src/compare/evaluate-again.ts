import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Progress } from "@pare/pass";
import type { RunRecord } from "@pare/report";
import { evaluateRequest } from "../evaluate/evaluate.ts";
import type { RecordData } from "./test-data.ts";

/** One of the two sides of a comparison, with its test data. */
export interface EvaluatedSide {
  readonly record: RunRecord;
  readonly model: string;
  readonly data: RecordData;
}

/**
 * Both records with the results of their models evaluated again, here: each prepared as its own recipe says, by the
 * metrics of the head's.
 */
export async function evaluateAgain(
  base: EvaluatedSide,
  head: EvaluatedSide,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<readonly [base: RunRecord, head: RunRecord]> {
  await using engine = createOnnxRuntimeEngine();
  const again = async ({ record, model, data: { dataset, recipe } }: EvaluatedSide): Promise<RunRecord> => {
    const { evaluate } = head.data.recipe;
    const request = { models: [model], recipe: { ...recipe, evaluate }, dataset, folder: head.data.folder };
    const { models } = await evaluateRequest(request, { engine, progress, signal });
    const { outcomes: _, ...rest } = record.result;
    return { ...record, result: { ...rest, ...models[0]! } };
  };
  return [await again(base), await again(head)];
}
