/**
 * Loop: inputs are the most runs, the first condition, and the carried values; the body takes (run, condition,
 * carried …) and gives (condition, carried …, scanned …). Scanned outputs are stacked on a new first axis.
 */
import { type Dim, graphAttr, type ValueType } from "@pare/ir";
import { singleOf } from "../known.ts";
import { joinTypes } from "../shape/join.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, scalarType, shapeOf, tensorType } from "../value-types.ts";
import { freshMark, outside, settleCarried } from "./carried.ts";

export const loop: OpSpec = {
  op: "onnx.Loop",
  roles: () => ["param", "param", "data"],
  infer: (context) => {
    const { node, type, body } = context;
    const mark = freshMark(context);
    const initial = node.inputs.slice(2).map((_, i) => type(i + 2));
    const { carried, outputs } = settleCarried(initial, (types) =>
      body("body", [scalarType("int64"), scalarType("bool"), ...types]).slice(1),
    );
    const runs = runsOf(context) ?? context.fresh();
    return outputs.map((output, i) => {
      if (i < initial.length) return outside(joinTypes(carried[i], outputs[i]) ?? carried[i], mark);
      return stacked(outside(output, mark), runs);
    });
  },
  macs: (context) => {
    const each = context.bodyMacs("body");
    const runs = runsOf(context);
    return each === 0 ? 0 : each !== undefined && typeof runs === "number" ? each * runs : undefined;
  },
  gradient: { refused: "loops cannot be trained yet, unless their steps are unrolled" },
  discontinuous: true,
};

function stacked(element: ValueType | undefined, runs: Dim): ValueType {
  const shape = shapeOf(element);
  return tensorType(dtypeOf(element), shape && [runs, ...shape]);
}

/** The number of runs: as many as asked, where the condition is always true. */
function runsOf(context: InferContext): Dim {
  const { node, ints } = context;
  const startsTrue = node.inputs[1] === undefined || singleOf(ints(1)) === 1;
  return startsTrue && staysTrue(context) ? singleOf(ints(0)) : undefined;
}

/** Whether the body hands its condition on or sets it to true; without a condition input it still may end the loop. */
function staysTrue({ node, known }: InferContext): boolean {
  const body = graphAttr(node, "body");
  let value = body?.outputs[0];
  if (value !== undefined && singleOf(known(value)) === 1) return true;
  while (value?.origin.kind === "output" && value.origin.node.op === "onnx.Identity")
    value = value.origin.node.inputs[0];
  return value !== undefined && value === body?.inputs[1];
}
