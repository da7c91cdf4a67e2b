import { expect, test } from "vitest";
import { fullRecord } from "../../testing/example-record.ts";
import { tensorPairs } from "./bars.ts";

test("what a weight became is beside it: its codes, with their scales", () => {
  const sizes = (...tensors: [name: string, bytes: number][]) => ({
    weightBytes: tensors.reduce((sum, [, bytes]) => sum + bytes, 0),
    tensors: tensors.map(([name, bytes]) => ({ name, dtype: "float32", shape: [bytes / 4], bytes })),
  });
  const original = { ...fullRecord.original, ...sizes(["w", 400], ["b_q", 40], ["b", 36]) };
  const result = {
    ...fullRecord.result,
    ...sizes(["w_q", 100], ["w_scale", 8], ["b_q", 12], ["b_q_1", 16], ["other_q", 4]),
  };
  const pairs = tensorPairs({ ...fullRecord, original, result });
  expect(pairs).toEqual([
    { label: "w", original: 400, result: 108 },
    { label: "b_q", original: 40, result: 12 },
    { label: "b", original: 36, result: 16 },
    { label: "other_q", original: undefined, result: 4 },
  ]);
});
