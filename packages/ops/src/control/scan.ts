/**
 * Scan: `num_scan_inputs` inputs are cut along an axis, one slice a run; the others are carried. The body takes and
 * gives (carried …, slices …). In opset 8 everything has a batch axis in front, and the first input are the lengths.
 */
import { type Dim, intAttr, intsAttr, type ValueType } from "@pare/ir";
import { agreedDim, joinTypes } from "../shape/join.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, shapeOf, tensorType } from "../value-types.ts";
import { freshMark, outside, settleCarried } from "./carried.ts";

export const scan: OpSpec = {
  op: "onnx.Scan",
  infer: (context) => (context.opset < 9 ? inferBatched(context) : inferScan(context)),
  macs: (context) => {
    const each = context.bodyMacs("body");
    const runs = context.opset < 9 ? undefined : lengthOf(context);
    return each === 0 ? 0 : each !== undefined && typeof runs === "number" ? each * runs : undefined;
  },
  gradient: { refused: "loops cannot be trained yet, unless their steps are unrolled" },
  discontinuous: true,
};

function stateCount({ node }: InferContext): number {
  return node.inputs.length - intAttr(node, "num_scan_inputs", 0);
}

function scanAxis({ node }: InferContext, attribute: string, i: number, rank: number): number {
  return axisIndex(intsAttr(node, attribute)?.[i] ?? 0, rank) ?? 0;
}

function lengthOf(context: InferContext): Dim {
  const states = stateCount(context);
  return agreedDim(
    context.node.inputs.slice(states).map((_, i) => {
      const shape = context.shape(states + i);
      return shape?.[scanAxis(context, "scan_input_axes", i, shape.length)];
    }),
  );
}

function inferScan(context: InferContext): readonly (ValueType | undefined)[] {
  const { node, type, body } = context;
  const mark = freshMark(context);
  const states = stateCount(context);
  const slices = node.inputs.slice(states).map((_, i) => {
    const given = type(states + i);
    const shape = shapeOf(given);
    return tensorType(dtypeOf(given), shape?.toSpliced(scanAxis(context, "scan_input_axes", i, shape.length), 1));
  });
  const initial = node.inputs.slice(0, states).map((_, i) => type(i));
  const { carried, outputs } = settleCarried(initial, (types) => body("body", [...types, ...slices]));
  const length = lengthOf(context);
  return outputs.map((output, i) => {
    if (i < states) return outside(joinTypes(carried[i], output) ?? carried[i], mark);
    const shape = shapeOf(outside(output, mark));
    const axis = shape && scanAxis(context, "scan_output_axes", i - states, shape.length + 1);
    return tensorType(dtypeOf(output), axis === undefined ? undefined : shape?.toSpliced(axis, 0, length));
  });
}

/** Shapes of opset 8 are left to what the file declares; the body is inferred for what it shows by itself. */
function inferBatched(context: InferContext): readonly (ValueType | undefined)[] {
  return context.body("body", []).map((output) => tensorType(dtypeOf(output), undefined));
}
