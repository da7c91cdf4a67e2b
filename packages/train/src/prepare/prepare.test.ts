import { parseModel, printModel } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import { describe, expect, test } from "vitest";
import { trainBatchNorms } from "./batch-norm.ts";
import { dropUnused } from "./drop-unused.ts";
import { rewriteDropout } from "./dropout.ts";
import { withFixedSizes } from "./fix-sizes.ts";
import { liftConstants } from "./lift-constants.ts";

const head = `<ir_version: 10, opset_import: ["" : 21]>`;
const operators = (model: ReturnType<typeof parseModel>) => [...model.graph.nodes].map(({ type }) => type);

describe("sizes", () => {
  const shapes = (model: ReturnType<typeof parseModel>) =>
    model.graph.inputs.map((input) => [input.name, shapeOf(input.type)]);

  test("a free first size is the batch; further ones are given", () => {
    const model = parseModel(`${head} g (float[N,L] a, float[N,3] b) => (float[N] y) { y = Flatten(a) }`);
    const fixed = withFixedSizes(model, { batch: 8, inputShapes: new Map([["a", [8, 5]]]) });
    expect(shapes(fixed)).toEqual([
      ["a", [8, 5]],
      ["b", [8, 3]],
    ]);
    expect(shapes(model)[0]).toEqual(["a", ["N", "L"]]);
    expect(() => withFixedSizes(model, { batch: 8 })).toThrow(/TRAIN_SHAPE at a: .*got \[N, L\]/);
  });

  test("a batch fixed to 1 is freed where reshapes let it", () => {
    const model = parseModel(
      `${head} g (float[1,4] x) => (float[1,2,2] y) <int64[3] s = {1,2,2}> { y = Reshape(x, s) }`,
    );
    const fixed = withFixedSizes(model, { batch: 8 });
    expect(shapeOf(inferTypes(fixed).type(fixed.graph.outputs[0]!))).toEqual([8, 2, 2]);
  });

  test("a batch that is fixed otherwise is refused", () => {
    const model = parseModel(`${head} g (float[4,3] x) => (float[4,3] y) { y = Relu(x) }`);
    expect(withFixedSizes(model, { batch: 4 }).graph.inputs).toHaveLength(1);
    expect(() => withFixedSizes(model, { batch: 8 })).toThrow(
      /TRAIN_BATCH_FIXED at x: .*expected a batch of 8, got a batch of 4/,
    );
  });

  test("an input with an initial value becomes the constant that it is", () => {
    const model = parseModel(`${head} g (float[N,1] x, float[1] w = {2}) => (float y) { y = Mul(x, w) }`);
    expect(shapes(withFixedSizes(model, { batch: 2 }))).toEqual([["x", [2, 1]]]);
  });
});

test("Constant nodes become constants of their own names; those that are outputs stay", () => {
  const model = parseModel(
    `${head} g (float[2] x) => (float y, float k) { c = Constant<value = float[2] {1, 2}>() k = Constant<value_float = 1.0>() y = Add(x, c) }`,
  );
  liftConstants(model.graph);
  expect(operators(model)).toEqual(["Constant", "Add"]);
  expect(model.graph.value("c")?.origin.kind).toBe("constant");
});

test("what nothing reads is dropped, with its constants", () => {
  const model = parseModel(
    `${head} g (float[2] x) => (float y) <float[2] c = {1,2}> { d = Add(x, c) e = Neg(d) y = Abs(x) }`,
  );
  dropUnused(model.graph);
  expect(operators(model)).toEqual(["Abs"]);
  expect(model.graph.value("c")).toBeUndefined();
});

describe("dropout", () => {
  const text = `${head} g (float[2,3] x) => (float y) <float r = {0.25}> { d = Dropout(x, r) y = Relu(d) }`;

  test("passes its input on, or multiplies it by a mask that keeps 1 − ratio", () => {
    const dropped = parseModel(text);
    rewriteDropout(dropped.graph, inferTypes(dropped), "drop", 0);
    expect(operators(dropped)).toEqual(["Identity", "Relu"]);
    const kept = parseModel(text);
    const keys = rewriteDropout(kept.graph, inferTypes(kept), "keep", 0);
    expect(keys.map(({ initial }) => initial.shape)).toEqual([[2, 1]]);
    expect(operators(kept)).toEqual(["Mul", "Mod", "GreaterOrEqual", "Cast", "Mul", "Mul", "Relu"]);
    expect(printModel(kept)).toContain("1.3333334");
  });
});

describe("batch-norm", () => {
  const text = `${head} g (float[4,2,3,3] x) => (float y) <float[2] s = {1,2}, float[2] b = {3,4}, float[2] m = {5,6}, float[2] v = {7,8}> {
    y = BatchNormalization<momentum = 0.75>(x, s, b, m, v)
  }`;

  test.each(["cpu", "portable"] as const)("%s: statistics move by PyTorch's momentum, the unbiased variance", (how) => {
    const model = parseModel(text);
    const statistics = trainBatchNorms(model.graph, inferTypes(model), how, () => true);
    expect(statistics.map(({ name, rate, gain }) => ({ name, rate, gain }))).toEqual([
      { name: "m", rate: 0.25, gain: 0.25 },
      { name: "v", rate: 0.25, gain: expect.closeTo((0.25 * 36) / 35, 12) },
    ]);
    const types = inferTypes(model);
    expect(statistics.map(({ batch }) => shapeOf(types.type(batch)))).toEqual([[2], [2]]);
    expect(shapeOf(types.type(model.graph.outputs[0]!))).toEqual([4, 2, 3, 3]);
    expect(operators(model).includes("BatchNormalization")).toBe(how === "cpu");
  });

  test("stays as in inference where it is told to, and where a channel has one element", () => {
    const model = parseModel(text);
    expect(trainBatchNorms(model.graph, inferTypes(model), "cpu", () => false)).toEqual([]);
    const single = parseModel(text.replace("[4,2,3,3]", "[1,2,1,1]"));
    expect(trainBatchNorms(single.graph, inferTypes(single), "cpu", () => true)).toEqual([]);
  });
});
