/** QuantizeLinear and DequantizeLinear: the float64 evaluator gives what ONNX Runtime gives. */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { arrayOf, evaluate } from "@pare/reference";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, expect, test } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

// Ties (by scales of 1 and 2), what is cut off, and ordinary numbers.
const x = [
  -0.5, 0.5, 1.5, 2.5, -1.5, -2.5, 1000, -1000, 1e6, -1e6, 3.3, -3.7, 7, 5, 15, 14.5, -8.5, 0, 11, -13, 0.2, 1, 9, 3,
];
const types = ["int8", "uint8", "int16", "uint16", "int4", "uint4"];
const layouts = [
  ["", "", "{1}", "{3}"],
  ["[3]", "<axis = 0>", "{1, 2, 0.25}", "{0, 3, 7}"],
  ["[4]", "<axis = -1>", "{1, 2, 0.25, 3}", "{0, 3, 7, 1}"],
  [
    "[3, 2, 2]",
    "<axis = 2, block_size = 2>",
    "{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 3}",
    "{0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4}",
  ],
] as const;

const cases = types.flatMap((type) => layouts.map((layout) => [type, ...layout] as const));
test.each(cases)("%s%s %s", async (dtype, dimensions, attrs, scales, zeros) => {
  const codes = dtype.endsWith("4") ? "" : `, ${dtype}[3, 2, 4] q`;
  await compare(
    `<ir_version: 11, opset_import: ["" : 21]> main (float[3, 2, 4] x) => (float[3, 2, 4] y${codes})
     <float${dimensions} s = ${scales}, ${dtype}${dimensions} z = ${zeros}>
     { q = QuantizeLinear ${attrs} (x, s, z) y = DequantizeLinear ${attrs} (q, s, z) }`,
  );
});

test("without a zero point: uint8, or the type that is asked for", async () => {
  await compare(`<ir_version: 11, opset_import: ["" : 21]> main (float[3, 2, 4] x) => (uint8[3, 2, 4] a, int8[3, 2, 4] b)
    <float s = {0.5}> { a = QuantizeLinear (x, s) b = QuantizeLinear <output_dtype = 3> (x, s) }`);
});

async function compare(text: string): Promise<void> {
  const model = parseModel(text);
  const exact = evaluate(model, new Map([["x", arrayOf([3, 2, 4], x)]]));
  await using session = await engine.open(model);
  const measured = await session.run(new Map([["x", tensorOf("float32", [3, 2, 4], x)]]));
  for (const { name } of model.graph.outputs)
    expect([...exact.get(name)!.data].map((each) => each + 0)).toEqual(
      [...numbers(measured.get(name)!)].map((each) => each + 0),
    );
}
