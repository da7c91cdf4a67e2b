import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

const model = (inputs: string, output: string, node: string, opset = 21) =>
  `<ir_version: 10, opset_import: ["" : ${opset}]> main (${inputs}) => (${output} y) { ${node} }`;

const awayFromZero = (x: number) => x + Math.sign(x) * 0.5;
const positive = (x: number) => Math.abs(x) + 0.5;
const coin = (_: number, uniform: number) => Number(uniform < 0.5);

describe("arithmetic, with every way of broadcasting", () => {
  const shapes = [
    ["float[2, 3]", "float[2, 3]", "float[2, 3]"],
    ["float[2, 3]", "float[3]", "float[2, 3]"],
    ["float[2, 1, 3]", "float[4, 1]", "float[2, 4, 3]"],
    ["float", "float[2, 2]", "float[2, 2]"],
    ["float[0, 3]", "float[3]", "float[0, 3]"],
    ["float[2, 0, 3]", "float[0, 1]", "float[2, 0, 3]"],
  ] as const;
  for (const op of ["Add", "Sub", "Mul", "Div", "Min", "Max", "Sum", "Mean"])
    test.each(shapes)(`${op} of %s and %s`, async (a, b, y) => {
      await checkGradients({ text: model(`${a} a, ${b} b`, y, `y = ${op} (a, b)`), draw: { b: awayFromZero } });
    });

  test.each(shapes)("Pow of %s and %s", async (a, b, y) => {
    await checkGradients({ text: model(`${a} a, ${b} b`, y, "y = Pow (a, b)"), draw: { a: positive } });
  });

  test.each(shapes)("Mod of %s and %s", async (a, b, y) => {
    // a = (k + r)·b with r in [0.2, 0.8): far from where the whole quotient jumps.
    const draw = { a: (_: number, u: number) => Math.floor(4 * u) + 0.2 + 0.6 * u, b: () => 1 };
    await checkGradients({ text: model(`${a} a, ${b} b`, y, "y = Mod <fmod = 1> (a, b)"), draw });
  });

  test.each(shapes)("Where of %s and %s", async (a, b, y) => {
    const text = model(`bool[3] c, ${a} a, ${b} b`, y === "float[2, 2]" ? "float[2, 2]" : y, "y = Where (c, a, b)");
    const fitting = y === "float[2, 2]" ? text.replace("bool[3]", "bool[2, 1]") : text;
    await checkGradients({ text: fitting, draw: { c: coin } });
  });
});

test("random shapes and ways of broadcasting", async () => {
  const random = seededRandom(11);
  const below = (count: number) => Math.floor(random() * count);
  const type = (shape: readonly number[]) => (shape.length === 0 ? "float" : `float[${shape.join()}]`);
  const ops = ["Add", "Sub", "Mul", "Div", "Min", "Max", "Mean"];
  for (let trial = 0; trial < 12; trial++) {
    const op = ops[below(ops.length)]!;
    const output = Array.from({ length: below(5) }, () => 1 + below(3));
    // Each input lacks some leading axes and has size 1 along others; the third one is whole.
    const part = () => output.slice(below(output.length + 1)).map((size) => (random() < 0.4 ? 1 : size));
    const sum = op === "Mean" ? "Mean (a, b, whole)" : `${op} (inner, b)`;
    const text = model(
      `${type(part())} a, ${type(part())} b, ${type(output)} whole`,
      type(output),
      `inner = Mul (a, whole) y = ${sum}`,
    );
    const formulation = trial % 2 === 0 ? "cpu" : "portable";
    await checkGradients({ text, draw: { b: awayFromZero }, seed: trial, formulations: [formulation] });
  }
});

describe("variadic", () => {
  test.each(["Sum", "Mean", "Max", "Min"])("%s of three, and of one", async (op) => {
    const inputs = "float[2, 3] a, float[3] b, float[2, 1] c";
    await checkGradients({ text: model(inputs, "float[2, 3]", `y = ${op} (a, b, c)`) });
    await checkGradients({ text: model("float[2, 3] a", "float[2, 3]", `y = ${op} (a)`) });
  });

  test("equal inputs of Max share in equal parts", async () => {
    const inputs = "float[3] a, float[3] b, float[3] c";
    const at = { a: [1, 2, 5], b: [1, 2, 4], c: [1, 0, 3] };
    await checkGradientsAt({
      text: model(inputs, "float[3]", "y = Max (a, b, c)"),
      at,
      gives: { a: [1 / 3, 0.5, 1], b: [1 / 3, 0.5, 0], c: [1 / 3, 0, 0] },
    });
  });

  test.each(["Max", "Min"])("equal inputs of %s share in halves, the same value twice too", async (op) => {
    const at = { a: [3, -1], b: [3, -1] };
    const gives = { a: [0.5, 0.5], b: [0.5, 0.5] };
    await checkGradientsAt({ text: model("float[2] a, float[2] b", "float[2]", `y = ${op} (a, b)`), at, gives });
    await checkGradientsAt({
      text: model("float[2] a", "float[2]", `y = ${op} (a, a)`),
      at: { a: [3, -1] },
      gives: { a: [1, 1] },
    });
  });
});

describe("powers", () => {
  test.each([0, 1, 2, 3, 0.5, -1, 2.5, 0.25])("constant exponent %d", async (exponent) => {
    const text = `<ir_version: 10, opset_import: ["" : 21]> main (float[2, 3] x) => (float[2, 3] y, float[2, 3] z)
      <float p = {${exponent}}> { y = Pow (x, p) z = Neg (x) }`;
    await checkGradients({ text, draw: { x: positive } });
  });

  test("whole exponents of negative numbers, of another type", async () => {
    const text = model("float[3] x, int64[3] p", "float[3]", "y = Pow (x, p)");
    await checkGradientsAt({ text, at: { x: [-2, -3, 0], p: [2, 3, 0] }, gives: { x: [-4, 27, 0] } });
  });

  test("at 0, nothing is infinite times 0", async () => {
    const text = model("float[3] x, float[3] p", "float[3]", "y = Pow (x, p)");
    // 0⁰ = 1 has no slope in x; 0² and (−2)² have none in p that could be followed.
    await checkGradientsAt({
      text,
      at: { x: [0, 0, -2], p: [0, 2, 2] },
      gives: { x: [0, 0, -4], p: [0, 0, 0] },
    });
  });
});

describe("choosing and limiting", () => {
  test("Clip, with limits from inputs, one of them, or none", async () => {
    const draw = { low: () => -0.5, high: () => 0.75 };
    const inputs = "float[3, 4] x, float low, float high";
    await checkGradients({ text: model(inputs, "float[3, 4]", "y = Clip (x, low, high)"), draw });
    await checkGradients({ text: model("float[3, 4] x, float low", "float[3, 4]", "y = Clip (x, low)"), draw });
    await checkGradients({ text: model("float[3, 4] x, float high", "float[3, 4]", "y = Clip (x, , high)"), draw });
    await checkGradients({ text: model("float[3, 4] x", "float[3, 4]", "y = Clip (x)") });
  });

  test.each([
    ["0", "6", [0, 0, 1, 1, 0, 0]],
    ["-1", "1e30", [0, 1, 1, 1, 1, 1]],
    ["-1e38", "3", [1, 1, 1, 0, 0, 0]],
  ])("Clip between constants %s and %s: at a limit the slope is 0", async (low, high, gradient) => {
    const text = `<ir_version: 10, opset_import: ["" : 21]> main (float[6] x) => (float[6] y)
      <float low = {${low}}, float high = {${high}}> { y = Clip (x, low, high) }`;
    await checkGradientsAt({ text, at: { x: [-1, 0, 1, 3, 6, 7] }, gives: { x: gradient } });
  });

  test("Clip: at a limit the gradient is the limit's", async () => {
    const text = model("float[5] x, float low, float high", "float[5]", "y = Clip (x, low, high)");
    const at = { x: [-2, -1, 0, 1, 2], low: [-1], high: [1] };
    await checkGradientsAt({ text, at, gives: { x: [0, 0, 1, 0, 0], low: [2], high: [2] } });
  });

  test.each(["float[3]", "float[2, 1]", "float[1]", "float", "float[2, 3]"])(
    "PRelu with a slope of %s",
    async (slope) => {
      const text = model(`float[4, 2, 3] x, ${slope} slope`, "float[4, 2, 3]", "y = PRelu (x, slope)");
      await checkGradients({ text });
    },
  );

  test("PRelu at 0: the slope", async () => {
    const text = model("float[3] x, float[1] slope", "float[3]", "y = PRelu (x, slope)");
    await checkGradientsAt({ text, at: { x: [-2, 0, 3], slope: [0.25] }, gives: { x: [0.25, 0.25, 1], slope: [-2] } });
  });
});

test("SwiGLU", async () => {
  const text = model("float[2, 3] a, float[2, 3] b", "float[2, 3]", "y = SwiGLU (a, b)", 28);
  await checkGradients({ text, runtime: false });
});

describe("what passes elements on", () => {
  test.each([
    "y = Identity (x)",
    "y = Dropout (x)",
    "y, mask = Dropout <seed = 1> (x)",
    "y = Cast <to = 1> (x)",
    "wide = Cast <to = 11> (x) y = Cast <to = 1> (wide)",
    "half = Cast <to = 10> (x) y = Cast <to = 1> (half)",
  ])("%s", async (node) => {
    await checkGradientsAt({
      text: model("float[3] x", "float[3]", node),
      at: { x: [1, -2, 0] },
      gives: { x: [1, 1, 1] },
    });
  });
});

test("Dropout in training is refused, out of it passed through", async () => {
  const dropout = (training: number) =>
    model("float[3] x", "float[3]", "y = Dropout (x, ratio, training)").replace(
      "{ y",
      `<float ratio = {0.5}, bool training = {${training}}> { y`,
    );
  await checkGradientsAt({ text: dropout(0), at: { x: [1, 2, 3] }, gives: { x: [1, 1, 1] } });
  await expect(checkGradients({ text: dropout(1) })).rejects.toThrow(
    'TRAIN_GRADIENT at Dropout "y": cannot be differentiated: it may be in training mode',
  );
});

describe("made from few numbers", () => {
  test("Range: start and delta", async () => {
    const text = model("float start, float delta", "float[4]", "y = Range (start, limit, delta)").replace(
      "{ y",
      "<float limit = {4.5}> { y",
    );
    await checkGradientsAt({ text, at: { start: [1], delta: [1] }, gives: { start: [4], delta: [0 + 1 + 2 + 3] } });
  });

  test.each(["", "<axis = 0>"])("OneHot %s: the values", async (attrs) => {
    const output = attrs === "" ? "float[2, 3]" : "float[3, 2]";
    const text = model("float[2] values", output, `y = OneHot ${attrs} (indices, depth, values)`).replace(
      "{ y",
      "<int64[2] indices = {0, 2}, int64 depth = {3}> { y",
    );
    await checkGradients({ text });
    await checkGradientsAt({ text, at: { values: [0, 1] }, gives: { values: [4, 2] } });
  });
});
