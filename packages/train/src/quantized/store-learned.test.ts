import { cloneModel, parseModel } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { expect, test } from "vitest";
import { fakeQuantized } from "./fake-quantized.ts";
import { storeLearned } from "./store-learned.ts";

/** Weights of 7 bits, and positions that are added, quantized as activations are. */
const quantized = `<ir_version: 10, opset_import: ["" : 21]>
main (float[N, 4] x) => (float[N, 2] y) <
  float xs = {0.05}, uint8 xz = {115},
  uint8[1, 4] positions_q = {116, 30, 200, 255}, float ps = {0.02}, uint8 pz = {115},
  int8[4, 2] w_q = {64, -64, 10, -3, 0, 1, 2, 63}, float[2] ws = {0.1, 0.2}
> {
  xq = QuantizeLinear (x, xs, xz)
  xd = DequantizeLinear (xq, xs, xz)
  p = DequantizeLinear (positions_q, ps, pz)
  sum = Add (xd, p)
  w = DequantizeLinear <axis = 1> (w_q, ws)
  y = MatMul (sum, w)
}`;
const limits = { lowest: -64, highest: 63 };

const codes = (model: ReturnType<typeof parseModel>, name: string) => {
  const origin = model.graph.value(name)?.origin;
  return origin?.kind === "constant" ? [...numbers(origin.tensor)] : [];
};

test("what learned nothing keeps its codes: only those of weights are fewer than their type's", () => {
  const model = parseModel(quantized);
  const fake = fakeQuantized(model, { float: cloneModel(model), limits });
  // Only the weight is cut off at the highest of its codes.
  expect([...fake.model.graph.nodes].filter(({ op }) => op === "onnx.Min")).toHaveLength(1);
  storeLearned(model, fake, new Map(), limits);
  expect(codes(model, "positions_q")).toEqual([116, 30, 200, 255]);
  expect(codes(model, "w_q")).toEqual([63, -64, 10, -3, 0, 1, 2, 63]);
});
