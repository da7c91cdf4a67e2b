import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "../support/check-gradients.ts";

const model = (input: string, output: string, node: string, opset = 21) =>
  `<ir_version: 10, opset_import: ["" : ${opset}]> main (${input} x) => (${output} y) { ${node} }`;

const reduction = (op: string, form: { output: string; axes?: readonly number[]; attrs?: string }) => {
  const { output, axes, attrs = "" } = form;
  const constants = axes === undefined ? "" : `<int64[${axes.length}] axes = {${axes.join()}}>`;
  return `<ir_version: 10, opset_import: ["" : 21]> main (float[2, 3, 4] x) => (${output} y) ${constants}
    { y = ${op} ${attrs} (x${axes === undefined ? "" : ", axes"}) }`;
};

const names = ["Mean", "Max", "Min", "Prod", "L1", "L2", "Sum", "SumSquare", "LogSum", "LogSumExp"];
const ops = names.map((name) => `Reduce${name}`);
const awayFromZero = (x: number) => x + Math.sign(x) * 0.5;
const drawFor = (op: string) => ({ x: op === "ReduceLogSum" ? (x: number) => Math.abs(x) + 0.1 : awayFromZero });

describe("every form of axes", () => {
  const forms = [
    { output: "float[1, 1, 1]" },
    { output: "float", attrs: "<keepdims = 0>" },
    { output: "float[2, 1, 4]", axes: [1] },
    { output: "float[2, 3]", axes: [-1], attrs: "<keepdims = 0>" },
    { output: "float[3]", axes: [0, -1], attrs: "<keepdims = 0>" },
    { output: "float[2, 1, 1]", axes: [-1, 1] },
    { output: "float[1, 1, 1]", axes: [] },
    { output: "float[2, 3, 4]", axes: [], attrs: "<noop_with_empty_axes = 1>" },
    { output: "float[2, 3, 4]", attrs: "<noop_with_empty_axes = 1, keepdims = 0>" },
  ];
  for (const op of ops)
    test.each(forms)(`${op} $attrs, axes $axes`, async (form) => {
      await checkGradients({ text: reduction(op, form), draw: drawFor(op) });
    });
});

describe("at kinks and zeros", () => {
  const along = (op: string) =>
    model("float[2, 3]", "float[2]", `axes = Constant <value_ints = [1]> () y = ${op} <keepdims = 0> (x, axes)`);
  test.each([
    ["ReduceMax", [1, 5, 5, 2, 2, 2], [0, 0.5, 0.5, 1 / 3, 1 / 3, 1 / 3]],
    ["ReduceMin", [1, 5, 1, 7, 2, 3], [0.5, 0, 0.5, 0, 1, 0]],
    ["ReduceL1", [0, -2, 3, 0, 0, 0], [0, -1, 1, 0, 0, 0]],
    ["ReduceL2", [0, -3, 4, 0, 0, 0], [0, -0.6, 0.8, 0, 0, 0]],
    // One zero: only it has a slope. Two: none has.
    ["ReduceProd", [2, 0, 5, 0, 3, 0], [0, 10, 0, 0, 0, 0]],
    ["ReduceProd", [2, -3, 5, 1, 3, 4], [-15, 10, -6, 12, 4, 3]],
  ])("%s of %j: %j", async (op, x, gradient) => {
    await checkGradientsAt({ text: along(op), at: { x }, gives: { x: gradient } });
  });

  test.each([
    ["ReduceLogSumExp", [1000, 1000, -1000, 0, 0, -1000], [0.5, 0.5, 0, 0.5, 0.5, 0]],
    ["ReduceMax", [-3e38, 3e38, 0, -1, -2, -3], [0, 1, 0, 1, 0, 0]],
  ])("%s far out: nothing overflows", async (op, x, gradient) => {
    await checkGradientsAt({ text: along(op), at: { x }, gives: { x: gradient } });
  });

  test.each(["ReduceSum", "ReduceL1", "ReduceSumSquare"])("%s over an axis of size 0", async (op) => {
    const node = `axes = Constant <value_ints = [1]> () y = ${op} <keepdims = 0> (x, axes)`;
    await checkGradients({ text: model("float[3, 0, 2]", "float[3, 2]", node) });
    await checkGradients({ text: model("float[3, 2, 0]", "float[3, 0]", node) });
  });

  test("axes that come at run time are refused", async () => {
    const text = `<ir_version: 10, opset_import: ["" : 21]> main (float[2, 3] x, int64[1] axes) => (float[1, 1] y)
      { y = ReduceMean (x, axes) }`;
    await expect(checkGradients({ text })).rejects.toThrow(
      'TRAIN_GRADIENT at ReduceMean "y": cannot be differentiated: its axes are not constant',
    );
  });
});

describe("running sums and products", () => {
  for (const axis of [0, 1, -1])
    test.each(["", "<exclusive = 1>", "<reverse = 1>", "<exclusive = 1, reverse = 1>"])(
      `CumSum and CumProd %s along ${axis}`,
      async (attrs) => {
        const node = `axis = Constant <value_int = ${axis}> () y = CumSum ${attrs} (x, axis)`;
        await checkGradients({ text: model("float[2, 3, 4]", "float[2, 3, 4]", node) });
        const product = model("float[2, 3, 4]", "float[2, 3, 4]", node.replace("CumSum", "CumProd"), 26);
        await checkGradients({ text: product, draw: { x: awayFromZero } });
      },
    );
});

describe("running products and zeros", () => {
  const product = (attrs = "") =>
    model("float[4]", "float[4]", `axis = Constant <value_int = 0> () y = CumProd ${attrs} (x, axis)`, 26);

  test("what is behind one zero reaches only it, what is behind two reaches nothing", async () => {
    // y = x₀, x₀x₁, x₀x₁x₂, x₀x₁x₂x₃
    await checkGradientsAt({
      text: product(),
      at: { x: [2, 3, 5, 7] },
      gives: { x: [1 + 3 + 15 + 105, 2 + 10 + 70, 6 + 42, 30] },
    });
    await checkGradientsAt({ text: product(), at: { x: [2, 0, 5, 7] }, gives: { x: [1, 2 + 10 + 70, 0, 0] } });
    await checkGradientsAt({ text: product(), at: { x: [2, 0, 5, 0] }, gives: { x: [1, 2 + 10, 0, 0] } });
    await checkGradientsAt({
      text: product("<reverse = 1>"),
      at: { x: [2, 3, 0, 7] },
      gives: { x: [0, 0, 7 + 21 + 42, 1] },
    });
    await checkGradientsAt({
      text: product("<exclusive = 1>"),
      at: { x: [0, 3, 5, 7] },
      gives: { x: [1 + 3 + 15, 0, 0, 0] },
    });
  });
});

describe("softmax", () => {
  for (const op of ["Softmax", "LogSoftmax"]) {
    test.each(["", "<axis = 0>", "<axis = 1>", "<axis = -2>"])(`${op} %s`, async (attrs) => {
      await checkGradients({ text: model("float[2, 3, 4]", "float[2, 3, 4]", `y = ${op} ${attrs} (x)`) });
    });
  }

  test("far out, nothing overflows", async () => {
    const weighted = (op: string) =>
      model("float[3]", "float[3]", `w = Constant <value_floats = [1.0, 0.0, 0.0]> () p = ${op} (x) y = Mul (p, w)`);
    await checkGradientsAt({
      text: weighted("Softmax"),
      at: { x: [500, 500, -500] },
      gives: { x: [0.25, -0.25, 0] },
    });
    await checkGradientsAt({
      text: weighted("LogSoftmax"),
      at: { x: [500, 500, -500] },
      gives: { x: [0.5, -0.5, 0] },
    });
  });

  test("Hardmax: nothing flows", async () => {
    const text = model("float[3]", "float[3]", "one = Hardmax (x) y = Mul (one, x)");
    await checkGradientsAt({ text, at: { x: [1, 3, 2] }, gives: { x: [0, 1, 0] } });
  });
});

test("random shapes and axes", async () => {
  const random = seededRandom(7);
  const below = (count: number) => Math.floor(random() * count);
  for (let trial = 0; trial < 12; trial++) {
    const op = ops[below(ops.length)]!;
    const shape = Array.from({ length: 1 + below(4) }, () => 1 + below(3));
    const axes = shape.map((_, axis) => axis).filter(() => random() < 0.5);
    const keepdims = below(2);
    const reduced = axes.length === 0 ? shape.map((_, axis) => axis) : axes;
    const output = shape.flatMap((size, axis) => (reduced.includes(axis) ? (keepdims === 1 ? [1] : []) : [size]));
    const written = axes.map((axis) => (random() < 0.5 ? axis : axis - shape.length));
    const type = (sizes: readonly number[]) => (sizes.length === 0 ? "float" : `float[${sizes.join()}]`);
    const text = `<ir_version: 10, opset_import: ["" : 21]> main (${type(shape)} x) => (${type(output)} y)
      <int64[${axes.length}] axes = {${written.join()}}> { y = ${op} <keepdims = ${keepdims}> (x, axes) }`;
    await checkGradients({
      text,
      draw: drawFor(op),
      seed: trial,
      formulations: [trial % 2 === 0 ? "cpu" : "portable"],
    });
  }
});
