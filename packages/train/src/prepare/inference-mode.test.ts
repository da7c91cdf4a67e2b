import { intAttr, parseModel } from "@pare/ir";
import { expect, test } from "vitest";
import { toInferenceMode } from "./inference-mode.ts";

function changed(opset: number, body: string, outputs = "float y") {
  const constants =
    "float[3] s = {1,2,3}, float[3] b = {1,2,3}, float[3] m = {1,2,3}, float[3] v = {1,2,3}, bool on = {1}, bool off = {0}, float half = {0.5}";
  const model = parseModel(
    `<ir_version: 8, opset_import: ["" : ${opset}]> g (float[2,3,4,4] x) => (${outputs}) <${constants}> {${body}}`,
  );
  const counts = Object.fromEntries(toInferenceMode(model));
  return { counts, nodes: [...model.graph.nodes] };
}

test("batch-norms in training mode go by their running statistics, dropouts pass on", () => {
  const body = "n, p, q = BatchNormalization <training_mode = 1> (x, s, b, m, v) y = Dropout(n, half, on)";
  const { counts, nodes } = changed(17, body);
  expect(counts).toEqual({ BatchNormalization: 1, Dropout: 1 });
  expect(nodes.map(({ inputs, outputs }) => [inputs.length, outputs.length])).toEqual([
    [5, 1],
    [2, 1],
  ]);
  expect(intAttr(nodes[0]!, "training_mode", 0)).toBe(0);
});

test("before operator set 14 further outputs say that a batch-norm trains", () => {
  const { counts, nodes } = changed(9, "y, p, q, r, t = BatchNormalization(x, s, b, m, v)");
  expect(counts).toEqual({ BatchNormalization: 1 });
  expect(nodes[0]!.outputs).toHaveLength(1);
});

test.each([
  ["what is in inference mode", "n = BatchNormalization(x, s, b, m, v) y = Dropout(n, half, off)", "float y"],
  [
    "statistics that somebody reads",
    "y, p, q = BatchNormalization <training_mode = 1> (x, s, b, m, v)",
    "float y, float p",
  ],
])("%s stays", (_, body, outputs) => {
  expect(changed(17, body, outputs).counts).toEqual({});
});
