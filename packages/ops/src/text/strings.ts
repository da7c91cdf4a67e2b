/** Operators on tensors of strings. */
import { broadcastAxes, elementwise, keepsAll, perOutput, shapedAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";

export const strings: readonly OpSpec[] = [
  {
    // Stop words are dropped: [C] or [1,C] of a length that the text decides.
    op: "onnx.StringNormalizer",
    infer: ({ shape: shapeAt, fresh }) => {
      const shape = shapeAt(0);
      return [tensorType("string", shape && [...shape.slice(0, -1), fresh()])];
    },
  },
  { op: "onnx.StringConcat", infer: elementwise("string"), axes: broadcastAxes },
  { op: "onnx.RegexFullMatch", infer: shapedAs(0, "bool"), axes: keepsAll() },
  {
    // [A] to [A, most pieces], and the number of pieces of each.
    op: "onnx.StringSplit",
    infer: ({ node, shape: shapeAt, fresh }) => {
      const shape = shapeAt(0);
      const pieces = shape && [...shape, fresh()];
      return perOutput(node, [tensorType("string", pieces), tensorType("int64", shape)]);
    },
    axes: keepsAll(),
  },
];
