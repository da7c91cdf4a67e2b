import { expect, test } from "vitest";
import { record } from "../testing/example-record.ts";
import { columnValues, confusionsOf, rightCounts } from "./predictions.ts";
import type { ModelRecord, OutcomesRecord } from "./record.ts";

const bytes = (...values: readonly number[]) => btoa(String.fromCharCode(...values));

/** Labels 0, 1, 1, 2 of the classes a, b, c. */
function outcomes(predictions: readonly number[], samplesSha256 = "s"): OutcomesRecord {
  const columns = {
    labels: { type: "uint8", base64: bytes(0, 1, 1, 2) },
    predictions: { type: "int16", base64: bytes(...predictions.flatMap((p) => [p & 255, (p >> 8) & 255])) },
  } as const;
  return { kind: "class", samples: 4, samplesSha256, classes: ["a", "b", "c"], columns };
}

const model = (parts: Partial<ModelRecord>): ModelRecord => ({ ...record.original, ...parts });

test("confusions are counted from outcomes; −1 is no prediction", () => {
  expect(confusionsOf(model({ outcomes: outcomes([0, 2, 2, -1]) }))).toEqual([
    { label: "a", prediction: "a", count: 1 },
    { label: "b", prediction: "c", count: 2 },
  ]);
});

test("a matrix in the record goes first; without either there is nothing", () => {
  const confusion = {
    classes: ["x", "y"],
    counts: [
      [3, 0],
      [1, 2],
    ],
  };
  expect(confusionsOf(model({ confusion, outcomes: outcomes([0, 0, 0, 0]) }))).toEqual([
    { label: "x", prediction: "x", count: 3 },
    { label: "y", prediction: "x", count: 1 },
    { label: "y", prediction: "y", count: 2 },
  ]);
  expect(confusionsOf(model({}))).toEqual([]);
});

test("who was right: only on the same samples", () => {
  const before = model({ outcomes: outcomes([0, 1, 0, 0]) });
  const after = model({ outcomes: outcomes([0, 0, 1, 0]) });
  expect(rightCounts({ ...record, original: before, result: after })).toEqual({
    both: 1,
    original: 1,
    result: 1,
    neither: 1,
  });
  const other = model({ outcomes: outcomes([0, 0, 1, 0], "t") });
  expect(rightCounts({ ...record, original: before, result: other })).toBeUndefined();
  expect(rightCounts(record)).toBeUndefined();
});

test("columns are little-endian", () => {
  expect(columnValues({ type: "int32", base64: bytes(1, 1, 0, 0, 255, 255, 255, 255) })).toEqual([257, -1]);
  expect(columnValues({ type: "float32", base64: bytes(0, 0, 128, 63) })).toEqual([1]);
});
