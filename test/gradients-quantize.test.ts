import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

/** Central differences say nothing about rounding: numbers by hand, and the formulas of the paper element by element. */
const model = (inputs: string, outputs: string, constants: string, nodes: string) =>
  `<ir_version: 11, opset_import: ["" : 21]> main (${inputs}) => (${outputs}) <${constants}> { ${nodes} }`;

describe("by hand", () => {
  // v = x/s: −0.6, 1.2, 2.52, 127.25 (rounds to the last code), 140 and −160 (cut off).
  test("a scale for each column: round(v) − v, or the code that cuts off", async () => {
    const nodes = "q = QuantizeLinear (x, s, z) y = DequantizeLinear (q, s, z)";
    await checkGradientsAt({
      text: model("float[1, 6] x, float[6] s", "float[1, 6] y", "int8[6] z = {0, 0, 0, 0, 0, 0}", nodes),
      at: { x: [-0.3, 0.6, 1.26, 63.625, 70, -80], s: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5] },
      gives: { x: [1, 1, 1, 1, 0, 0], s: [-0.4, -0.2, 0.48, -0.25, 127, -128] },
    });
  });

  test("one scale, and a zero point: the sum of round(v) − v, and of codes less the zero point", async () => {
    const nodes = "q = QuantizeLinear (x, s, z) y = DequantizeLinear (q, s, z)";
    await checkGradientsAt({
      text: model("float[4] x, float s", "float[4] y", "uint8 z = {10}", nodes),
      // v + z: 9.75, 11.25, −5 (cut off at 0), 300 (cut off at 255)
      at: { x: [-0.5, 2.5, -30, 580], s: [2] },
      gives: { x: [1, 1, 0, 0], s: [0.25 - 0.25 - 10 + 245] },
    });
  });

  test.each([
    ["a shape in between", "r = Reshape (q, n) y = DequantizeLinear (r, s, z)", "float[2, 2] y"],
    ["another scale of the same size", "t = Identity (s) y = DequantizeLinear (q, t, z)", "float[4] y"],
  ])("%s: the same", async (_, nodes, output) => {
    await checkGradientsAt({
      text: model(
        "float[4] x, float s",
        output,
        "uint8 z = {10}, int64[2] n = {2, 2}",
        `q = QuantizeLinear (x, s, z) ${nodes}`,
      ),
      at: { x: [-0.5, 2.5, -30, 580], s: [2] },
      gives: { x: [1, 1, 0, 0], s: [0.25 - 0.25 - 10 + 245] },
    });
  });

  test("ONNX Runtime's own operators are a pair as well", async () => {
    const nodes = "q = com.microsoft.QuantizeLinear (x, s, z) y = com.microsoft.DequantizeLinear (q, s, z)";
    const text = model("float[4] x, float s", "float[4] y", "uint16 z = {10}", nodes);
    await checkGradientsAt({
      text: text.replace('"" : 21', '"" : 21, "com.microsoft" : 1'),
      at: { x: [-0.5, 2.5, -30, 65545 * 2], s: [2] },
      gives: { x: [1, 1, 0, 0], s: [0.25 - 0.25 - 10 + 65525] },
    });
  });

  test("codes that are read twice: gradients add", async () => {
    const nodes = `q = QuantizeLinear (x, s) a = DequantizeLinear (q, s) b = DequantizeLinear (q, s) y = Add (a, b)`;
    await checkGradientsAt({
      text: model("float[3] x, float s", "float[3] y", "float one = {1}", nodes),
      at: { x: [0.75, -1, 300], s: [1] },
      gives: { x: [2, 0, 0], s: [2 * (0.25 + 0 + 255)] },
    });
  });
});

test("stored codes: the scale learns, the codes are frozen", async () => {
  const nodes = "y = DequantizeLinear <axis = 0> (q, s, z)";
  const codes = "int8[2, 3] q = {-3, 0, 127, 5, -128, 9}, int8[2] z = {0, 3}";
  await checkGradients({ text: model("float[2] s", "float[2, 3] y", codes, nodes) });
  const blocks = "y = DequantizeLinear <axis = 1, block_size = 2> (q, s)";
  const packed = "int4[2, 4] q = {-8, 7, 1, 0, 3, -2, 5, 6}";
  await checkGradients({ text: model("float[2, 2] s", "float[2, 4] y", packed, blocks) });
});

interface Quantizer {
  readonly dtype: string;
  readonly lowest: number;
  readonly highest: number;
}
const quantizers: readonly Quantizer[] = [
  { dtype: "int8", lowest: -128, highest: 127 },
  { dtype: "uint8", lowest: 0, highest: 255 },
  { dtype: "int16", lowest: -32768, highest: 32767 },
  { dtype: "uint16", lowest: 0, highest: 65535 },
  { dtype: "int4", lowest: -8, highest: 7 },
  { dtype: "uint4", lowest: 0, highest: 15 },
];
const layouts = [
  { name: "one scale", scale: [], attrs: "", of: () => 0 },
  { name: "along axis 0", scale: [3], attrs: "<axis = 0>", of: (i: number) => Math.floor(i / 8) },
  { name: "along the last axis", scale: [4], attrs: "<axis = -1>", of: (i: number) => i % 4 },
  { name: "along axis 1", scale: [2], attrs: "", of: (i: number) => Math.floor(i / 4) % 2 },
  { name: "blocks of 2", scale: [3, 2, 2], attrs: "<axis = 2, block_size = 2>", of: (i: number) => i >> 1 },
];

/** Multiples of a 16th of scales that are powers of two: every sum is exact in float32. */
describe.each(quantizers)("learned step sizes of $dtype", ({ dtype, lowest, highest }) => {
  test.each(layouts)("$name", async ({ scale, attrs, of }) => {
    const random = seededRandom(lowest + highest + scale.length);
    const scales = Array.from({ length: scale.reduce((a, b) => a * b, 1) }, () => 2 ** Math.floor(4 * random() - 2));
    const zeros = scales.map(() => Math.floor((lowest + highest) / 2 + 3 * random()));
    const steps = Array.from({ length: 24 }, () => ((highest - lowest) * (1.5 * random() - 0.75)) | 0);
    const v = steps.map((step, i) => step + [1, 3, -5, 7][i % 4]! / 16);
    const dimensions = scale.length === 0 ? "" : `[${scale.join(", ")}]`;
    const code = (i: number) => Math.round(v[i]!) + zeros[of(i)]!;
    const isInside = (i: number) => code(i) >= lowest && code(i) <= highest;
    const gradients = scales.map((_, k) => {
      const own = v.flatMap((x, i) => (of(i) === k ? [isInside(i) ? Math.round(x) - x : cutOff(i)] : []));
      return own.reduce((sum, each) => sum + each, 0);
    });
    const nodes = `q = QuantizeLinear ${attrs} (x, s, z) y = DequantizeLinear ${attrs} (q, s, z)`;
    const constants = `${dtype}${dimensions} z = {${zeros.join(", ")}}`;
    await checkGradientsAt({
      text: model(`float[3, 2, 4] x, float${dimensions} s`, "float[3, 2, 4] y", constants, nodes),
      at: { x: v.map((x, i) => x * scales[of(i)]!), s: scales },
      gives: { x: v.map((_, i) => Number(isInside(i))), s: gradients },
    });
    expect(v.some((_, i) => isInside(i)) && v.some((_, i) => !isInside(i))).toBe(true);

    function cutOff(i: number): number {
      return (v[i]! < 0 ? lowest : highest) - zeros[of(i)]!;
    }
  });
});

test("codes that are floats are refused, and scales that come from the data", async () => {
  const eight = "q = QuantizeLinear <output_dtype = 17> (x, s) y = DequantizeLinear (q, s)";
  await expect(checkGradients({ text: model("float[3] x, float s", "float[3] y", "", eight) })).rejects.toThrow(
    'TRAIN_GRADIENT at DequantizeLinear "y": cannot be differentiated: its codes are float8e4m3fn',
  );
  const dynamic = "q, s, z = DynamicQuantizeLinear (x) y = DequantizeLinear (q, s, z)";
  await expect(checkGradients({ text: model("float[3] x", "float[3] y", "", dynamic) })).rejects.toThrow(
    'TRAIN_GRADIENT at DynamicQuantizeLinear "q": cannot be differentiated: its scale follows the data',
  );
});
