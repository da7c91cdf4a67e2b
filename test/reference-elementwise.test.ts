/** Operators without slope: the float64 evaluator gives what ONNX Runtime gives. The others are held by their gradients. */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import { arrayOf, evaluate } from "@pare/reference";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, expect, test } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const feeds: Readonly<Record<string, readonly number[]>> = {
  x: [-2.5, -1, -0.5, 0, 0.5, 2.5],
  other: [-2.5, 1, -0.25, 0, 1.5, -2.5],
  special: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1, -1],
  flag: [1, 0, 1, 0, 1, 1],
  whole: [2, -1, 0, 5, -3, 1],
};
const inputs = `float[2, 3] x, float[2, 3] other, float[2, 3] special, bool[2, 3] flag, int64[2, 3] whole`;

test.each([
  ...["Sign", "Floor", "Ceil", "Round"].map((op) => `${op} (x)`),
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map((op) => `${op} (x, other)`),
  ...["And", "Or", "Xor"].map((op) => `${op} (flag, turned)`),
  ...["IsNaN", "IsInf"].map((op) => `${op} (special)`),
  ...["ArgMax", "ArgMin"].flatMap((op) => [
    `${op} (whole)`,
    `${op} <axis = -1, keepdims = 0, select_last_index = 1> (flags)`,
  ]),
  ...["Cast <to = 6> (x)", "Cast <to = 9> (x)", "Cast <to = 1> (flag)", "CastLike (x, whole)"],
  ...["Hardmax <axis = 0> (x)", "Not (flag)", "Mod (whole, three)", "Mod <fmod = 1> (x, other)"],
  ...["Shape (x)", "Shape <start = 1> (x)", "Shape <start = -2, end = -1> (x)", "Size (x)"],
  ...["ConstantOfShape (sizes)", "ConstantOfShape <value = int64[1] {7}> (sizes)"],
  ...["EyeLike (x)", "EyeLike <k = 1> (x)", "EyeLike <k = -1> (x)"],
  ...["OneHot (whole, three, values)", "OneHot <axis = 0> (whole, three, values)"],
  ...["Range (one, ten, three)", "Range (ten, one, minus)"],
  "NonZero (whole)",
])("%s", async (node) => {
  const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (y)
    <int64 three = {3}, int64 one = {1}, int64 ten = {10}, int64 minus = {-2}, int64[3] sizes = {2, 0, 3},
     float[2] values = {-1.0, 4.0}>
    { turned = Not (flag) flags = Cast <to = 1> (flag) y = ${node} }`);
  const exact = evaluate(
    model,
    new Map(model.graph.inputs.map(({ name, type }) => [name, arrayOf(shapeOf(type) as number[], feeds[name]!)])),
  ).get("y")!;
  await using session = await engine.open(model);
  const typed = model.graph.inputs.map(({ name, type }) => {
    const dtype = type?.kind === "tensor" ? type.dtype! : "float32";
    return [name, tensorOf(dtype, shapeOf(type) as number[], feeds[name]!)] as const;
  });
  const measured = (await session.run(new Map(typed))).get("y")!;
  expect(exact.shape).toEqual(measured.shape);
  expect([...exact.data].map((x) => x + 0)).toEqual([...numbers(measured)].map((x) => x + 0));
});
