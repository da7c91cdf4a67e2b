import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { fakeQuantized, fixScales, storeLearned, withConstants } from "@pare/train";
import { afterAll, expect, test } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** One channel of each scale; its weights and its bias are outputs as they are computed with. */
const channels = 4000;
const zeros = (count: number) => new Array(count).fill(0).join(", ");
const quantized = () =>
  parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[1, 3] x) => (float[1, ${channels}] y, float[${channels}, 3] wd, float[${channels}] bd) <
  float xs = {0.05}, uint8 xz = {115},
  int8[${channels}, 3] w_q = {${zeros(3 * channels)}}, float[${channels}] ws = {${zeros(channels).replaceAll("0", "0.1")}},
  int32[${channels}] b_q = {${zeros(channels)}}, float[${channels}] bs = {${zeros(channels).replaceAll("0", "0.005")}}
> {
  xq = QuantizeLinear (x, xs, xz)
  xd = DequantizeLinear (xq, xs, xz)
  wd = DequantizeLinear <axis = 0> (w_q, ws)
  bd = DequantizeLinear <axis = 0> (b_q, bs)
  y = Gemm <transB = 1> (xd, wd, bd)
}`);

async function outputsOf(model: Model): Promise<Tensors> {
  await using session = await engine.open(model, { optimize: "off" });
  return session.run(new Map([["x", tensorOf("float32", [1, 3], [0.3, -1, 2])]]));
}

test("weights and biases that rest between two codes are stored as the code that they were evaluated with", async () => {
  const model = quantized();
  const limits = { lowest: -4, highest: 3 };
  const fake = fakeQuantized(model, { float: cloneModel(model), limits });
  const logs = Float32Array.from({ length: channels }, (_, i) => -8 + (8 * i) / channels);
  const scales = Float32Array.from(logs, Math.exp);
  const between = Float32Array.from({ length: 3 * channels }, (_, i) => ((i % 7) - 3.5) * scales[Math.floor(i / 3)]!);
  const biases = Float32Array.from(scales, (scale, i) => ((i % 41) - 20.5) * Math.fround(Math.fround(0.05) * scale));
  const learned = new Map([
    [fake.logarithms.get("ws")!, tensorOf("float32", [channels], logs)],
    ["w", tensorOf("float32", [channels, 3], between)],
    ["b", tensorOf("float32", [channels], biases)],
  ]);
  const settled = withConstants(fake.model, learned);
  fixScales(settled, fake);
  const evaluated = await outputsOf(settled);
  storeLearned(model, fake, learned, limits);
  const stored = await outputsOf(model);
  expect(numbers(stored.get("wd")!)).toEqual(numbers(evaluated.get("wd")!));
  const steps = numbers(stored.get("bd")!).map(
    (bias, i) => (bias - numbers(evaluated.get("bd")!)[i]!) / (0.05 * scales[i]!),
  );
  expect(Math.max(...steps.map(Math.abs))).toBeLessThan(1e-3);
  // Both neighbours of what is between them are taken: the last bit decides, which is why it has to be the same.
  const codes = numbers(stored.get("wd")!).map((weight, i) => Math.round(weight / scales[Math.floor(i / 3)]!));
  expect(new Set(codes.filter((_, i) => i % 7 === 5))).toEqual(new Set([1, 2]));
});

const constantOf = ({ graph }: Model, name: string) => {
  const origin = graph.value(name)?.origin;
  return origin?.kind === "constant" ? [...numbers(origin.tensor)] : [];
};

test("a weight of several codes learns as one, and is stored in all of them; what stays in float is stored, too", () => {
  const float = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[1, 2] x) => (float[1, 2] y) <float[2, 2] w = {1, 2, 3, 4}, float[2] s = {1, 2}> {
  first = MatMul (x, w)
  scaled = Mul (first, s)
  second = MatMul (scaled, w)
  y = MatMul (second, w)
}`);
  const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[1, 2] x) => (float[1, 2] y) <
  int8[2, 2] w_q = {10, 20, 30, 40}, float ws = {0.1}, int8[2, 2] w_q_2 = {5, 10, 15, 20}, float ws2 = {0.2},
  float[2, 2] w = {1, 2, 3, 4}, float[2] s = {1, 2}
> {
  w_dq = DequantizeLinear (w_q, ws)
  w_dq_2 = DequantizeLinear (w_q_2, ws2)
  first = MatMul (x, w_dq)
  scaled = Mul (first, s)
  second = MatMul (scaled, w_dq_2)
  y = MatMul (second, w)
}`);
  const fake = fakeQuantized(model, { float });
  expect(new Set(fake.floats.values()).size).toBe(1);
  const [name] = fake.floats.values();
  const learned = new Map([
    [name!, tensorOf("float32", [2, 2], [2, 4, 6, 8])],
    ["s", tensorOf("float32", [2], [3, 4])],
  ]);
  storeLearned(model, fake, learned);
  expect(constantOf(model, "w_q")).toEqual([20, 40, 60, 80]);
  expect(constantOf(model, "w_q_2")).toEqual([10, 20, 30, 40]);
  expect(constantOf(model, "s")).toEqual([3, 4]);
});
