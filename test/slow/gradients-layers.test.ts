import { describe, test } from "vitest";
import { checkGradients } from "../support/check-gradients.ts";

const model = (inputs: string, output: string, node: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${output} y) { ${node} }`;

describe("products", () => {
  test.each([
    ["float[2, 3]", "float[3, 4]", "float[2, 4]"],
    ["float[2, 3, 4]", "float[4, 5]", "float[2, 3, 5]"],
    ["float[2, 1, 3, 4]", "float[5, 4, 2]", "float[2, 5, 3, 2]"],
    ["float[3, 4]", "float[2, 4, 5]", "float[2, 3, 5]"],
    ["float[4]", "float[2, 4, 3]", "float[2, 3]"],
    ["float[2, 3, 4]", "float[4]", "float[2, 3]"],
    ["float[4]", "float[4]", "float"],
  ])("MatMul of %s and %s", async (a, b, y) => {
    await checkGradients({ text: model(`${a} a, ${b} b`, y, "y = MatMul (a, b)") });
  });

  const gemms = [0, 1].flatMap((transA) => [0, 1].map((transB) => [transA, transB] as const));
  test.each(gemms)("Gemm, transA %i, transB %i", async (transA, transB) => {
    const a = transA ? "float[3, 2] a" : "float[2, 3] a";
    const b = transB ? "float[4, 3] b" : "float[3, 4] b";
    const attrs = `<transA = ${transA}, transB = ${transB}, alpha = 0.5, beta = 2.0>`;
    await checkGradients({ text: model(`${a}, ${b}, float[4] c`, "float[2, 4]", `y = Gemm ${attrs} (a, b, c)`) });
  });
});

describe("convolutions", () => {
  const cases = [
    ["3×3", "float[2, 3, 5, 6] x, float[4, 3, 3, 3] w, float[4] b", "float[2, 4, 5, 6]", "pads = [1, 1, 1, 1]"],
    ["1×1", "float[2, 3, 4, 4] x, float[2, 3, 1, 1] w, float[2] b", "float[2, 2, 4, 4]", ""],
    [
      "stride 2",
      "float[2, 3, 6, 6] x, float[4, 3, 3, 3] w, float[4] b",
      "float[2, 4, 3, 3]",
      "strides = [2, 2], pads = [1, 1, 1, 1]",
    ],
    [
      "stride 2 with a rest",
      "float[1, 2, 7, 8] x, float[2, 2, 2, 3] w, float[2] b",
      "float[1, 2, 3, 3]",
      "strides = [2, 2]",
    ],
    ["1×1, stride 2", "float[2, 3, 5, 5] x, float[2, 3, 1, 1] w, float[2] b", "float[2, 2, 3, 3]", "strides = [2, 2]"],
    ["uneven pads", "float[1, 2, 5, 5] x, float[3, 2, 3, 2] w, float[3] b", "float[1, 3, 5, 6]", "pads = [0, 1, 2, 1]"],
    [
      "dilated",
      "float[1, 2, 7, 7] x, float[2, 2, 3, 3] w, float[2] b",
      "float[1, 2, 5, 5]",
      "dilations = [2, 2], pads = [1, 1, 1, 1]",
    ],
    [
      "dilated, stride 2",
      "float[1, 2, 8, 8] x, float[2, 2, 2, 2] w, float[2] b",
      "float[1, 2, 3, 3]",
      "dilations = [3, 3], strides = [2, 2]",
    ],
    [
      "grouped",
      "float[2, 4, 5, 5] x, float[6, 2, 3, 3] w, float[6] b",
      "float[2, 6, 5, 5]",
      "group = 2, pads = [1, 1, 1, 1]",
    ],
    [
      "depthwise",
      "float[2, 3, 5, 5] x, float[3, 1, 3, 3] w, float[3] b",
      "float[2, 3, 5, 5]",
      "group = 3, pads = [1, 1, 1, 1]",
    ],
    [
      "depthwise, stride 2",
      "float[2, 3, 6, 6] x, float[3, 1, 3, 3] w, float[3] b",
      "float[2, 3, 3, 3]",
      "group = 3, strides = [2, 2], pads = [0, 0, 1, 1]",
    ],
    ["depth multiplier", "float[2, 2, 5, 5] x, float[4, 1, 3, 3] w, float[4] b", "float[2, 4, 3, 3]", "group = 2"],
    [
      "SAME_UPPER",
      "float[1, 2, 6, 6] x, float[2, 2, 3, 3] w, float[2] b",
      "float[1, 2, 3, 3]",
      'auto_pad = "SAME_UPPER", strides = [2, 2]',
    ],
    [
      "SAME_LOWER",
      "float[1, 2, 6, 5] x, float[2, 2, 4, 2] w, float[2] b",
      "float[1, 2, 6, 5]",
      'auto_pad = "SAME_LOWER"',
    ],
    ["VALID", "float[1, 2, 5, 5] x, float[2, 2, 3, 3] w, float[2] b", "float[1, 2, 3, 3]", 'auto_pad = "VALID"'],
    [
      "pads beyond the kernel",
      "float[1, 2, 4, 4] x, float[2, 2, 2, 2] w, float[2] b",
      "float[1, 2, 7, 7]",
      "pads = [2, 2, 2, 2]",
    ],
    ["one axis", "float[2, 3, 9] x, float[4, 3, 3] w, float[4] b", "float[2, 4, 5]", "strides = [2], pads = [1, 1]"],
    ["three axes", "float[1, 2, 4, 4, 4] x, float[2, 2, 2, 2, 2] w, float[2] b", "float[1, 2, 3, 3, 3]", ""],
    ["wide", "float[1, 1, 2, 200] x, float[1, 1, 1, 3] w, float[1] b", "float[1, 1, 2, 198]", ""],
  ] as const;
  test.each(cases)("%s", async (_, inputs, y, attrs) => {
    await checkGradients({ text: model(inputs, y, `y = Conv <${attrs}> (x, w, b)`) });
  });

  test.each([
    ["2×2, stride 2", "float[2, 3, 3, 3] x, float[3, 2, 2, 2] w, float[2] b", "float[2, 2, 6, 6]", "strides = [2, 2]"],
    [
      "pads and a rest",
      "float[1, 2, 3, 3] x, float[2, 3, 3, 3] w, float[3] b",
      "float[1, 3, 6, 6]",
      "strides = [2, 2], pads = [1, 1, 1, 1], output_padding = [1, 1]",
    ],
    ["grouped", "float[1, 4, 3, 3] x, float[4, 2, 3, 3] w, float[4] b", "float[1, 4, 5, 5]", "group = 2"],
    ["dilated", "float[1, 2, 3, 3] x, float[2, 1, 2, 2] w, float[1] b", "float[1, 1, 5, 5]", "dilations = [2, 2]"],
    ["one axis", "float[1, 2, 4] x, float[2, 3, 3] w, float[3] b", "float[1, 3, 9]", "strides = [2]"],
  ])("transposed: %s", async (_, inputs, y, attrs) => {
    await checkGradients({ text: model(inputs, y, `y = ConvTranspose <${attrs}> (x, w, b)`) });
  });
});

describe("pooling", () => {
  test.each([
    ["MaxPool", "float[2, 3, 6, 6]", "float[2, 3, 3, 3]", "kernel_shape = [2, 2], strides = [2, 2]"],
    ["MaxPool", "float[1, 2, 5, 5]", "float[1, 2, 5, 5]", "kernel_shape = [3, 3], pads = [1, 1, 1, 1]"],
    ["MaxPool", "float[1, 2, 7, 7]", "float[1, 2, 3, 3]", "kernel_shape = [3, 3], dilations = [2, 2]"],
    ["MaxPool", "float[1, 2, 6, 6]", "float[1, 2, 3, 3]", "kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1"],
    ["MaxPool", "float[1, 2, 9]", "float[1, 2, 4]", "kernel_shape = [3], strides = [2]"],
    ["AveragePool", "float[2, 3, 6, 6]", "float[2, 3, 3, 3]", "kernel_shape = [2, 2], strides = [2, 2]"],
    ["AveragePool", "float[1, 2, 5, 5]", "float[1, 2, 5, 5]", "kernel_shape = [3, 3], pads = [1, 1, 1, 1]"],
    [
      "AveragePool",
      "float[1, 2, 5, 5]",
      "float[1, 2, 5, 5]",
      "kernel_shape = [3, 3], pads = [1, 1, 1, 1], count_include_pad = 1",
    ],
    ["AveragePool", "float[1, 2, 6, 6]", "float[1, 2, 3, 3]", "kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1"],
    ["AveragePool", "float[1, 2, 4, 4, 4]", "float[1, 2, 2, 2, 2]", "kernel_shape = [2, 2, 2], strides = [2, 2, 2]"],
    ["GlobalAveragePool", "float[2, 3, 4, 5]", "float[2, 3, 1, 1]", ""],
    ["GlobalMaxPool", "float[2, 3, 4, 5]", "float[2, 3, 1, 1]", ""],
  ])("%s of %s: %s, %s", async (op, x, y, attrs) => {
    await checkGradients({ text: model(`${x} x`, y, `y = ${op} <${attrs}> (x)`) });
  });
});

describe("batch norm", () => {
  const positive = (x: number) => 0.5 + Math.abs(x);
  test.each(["float[4, 3, 2, 2]", "float[6, 3]", "float[4, 3, 5]"])("frozen, of %s", async (x) => {
    const inputs = `${x} x, float[3] s, float[3] b, float[3] m, float[3] v`;
    const text = model(inputs, x, "y = BatchNormalization (x, s, b, m, v)");
    await checkGradients({ text, of: ["x", "s", "b"], draw: { v: positive } });
  });

  test.each([
    ["float[4, 3, 2, 2]", "0.0"],
    ["float[4, 3, 2, 2]", "0.9"],
    ["float[6, 3]", "0.0"],
  ])("in training, of %s, momentum %s", async (x, momentum) => {
    const inputs = `${x} x, float[3] s, float[3] b, float[3] m, float[3] v`;
    const text = model(
      inputs,
      x,
      `y, rm, rv = BatchNormalization <training_mode = 1, momentum = ${momentum}> (x, s, b, m, v)`,
    );
    await checkGradients({ text, of: ["x", "s", "b"], draw: { v: positive } });
  });
});
