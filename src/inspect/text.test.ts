import { parseModel } from "@pare/ir";
import { expect, test } from "vitest";
import { inspectModel } from "./inspect.ts";
import { inspectionText, wrap } from "./text.ts";

const model = parseModel(`<ir_version: 8, opset_import: ["" : 17, "com.acme" : 1], producer_name: "acme">
main (float[batch, 4] x) => (float[batch, 2] y) <float[4, 2] w = {0, 1, 2, 3, 4, 5, 6, 7}> {
  h = MatMul (x, w)
  g = com.acme.Twist (h)
  y = Relu (g)
}
`);

test("what is in a model", () => {
  expect(inspectModel(model)).toMatchObject({
    irVersion: 8,
    opsets: { "ai.onnx": 17, "com.acme": 1 },
    producer: { name: "acme" },
    nodes: 3,
    parameters: 8,
    weightBytes: 32,
    macs: null,
    inputs: [{ name: "x", dtype: "float32", shape: ["batch", 4] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["batch", 2] }],
    ops: { MatMul: 1, Relu: 1, "com.acme.Twist": 1 },
    unknownOps: ["com.acme.Twist"],
  });
});

test("as text for a terminal", () => {
  expect(inspectionText({ file: "m.onnx", sizeBytes: 321, ...inspectModel(model) }, 60)).toMatchInlineSnapshot(`
    "m.onnx (321 B)
    format     IR 8, opset 17, com.acme 1, by acme
    inputs     x: float32[batch, 4]
    outputs    y: float32[batch, 2]
    weights    8 parameters, 32 B
    MACs       unknown: nothing is known of some operators
    nodes      3: 1 MatMul, 1 Relu, 1 com.acme.Twist
    unknown    com.acme.Twist (left as they are)
    "
  `);
});

test.each([
  ["float[batch, 4] x", "48 for one sample"],
  ["float[2, 4] x", "96"],
  ["float[batch, tokens, 4] x", "unknown: some sizes are free (fix them with pare simplify --input-shape)"],
])("multiply-accumulates with %s", (input, said) => {
  const wide = parseModel(`<ir_version: 8, opset_import: ["" : 17]>
    main (${input}) => (float y) <float[4, 12] w = {${Array.from({ length: 48 }, () => 1).join()}}> { y = MatMul (x, w) }`);
  const text = inspectionText({ file: "m.onnx", sizeBytes: 321, ...inspectModel(wide) }, 200);
  expect(text).toContain(`MACs       ${said}\n`);
});

test("a file in training mode is said to be one", () => {
  const training = parseModel(`<ir_version: 8, opset_import: ["" : 17]>
    main (float[batch, 1] x) => (float[batch, 1] y) <float[1] s = {1}, float[1] b = {0}> {
      y, mean, variance = BatchNormalization <training_mode = 1> (x, s, b, b, s)
    }`);
  expect(inspectModel(training).notes).toEqual([expect.stringMatching(/^1 BatchNormalization in training mode: /)]);
});

test("text is broken at spaces; a word that is longer than the width stays whole", () => {
  expect(wrap("a bb ccc", 4)).toEqual(["a bb", "ccc"]);
  expect(wrap("aaaaaaaa b", 4)).toEqual(["aaaaaaaa", "b"]);
});
