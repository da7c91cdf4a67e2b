import { graphAttr } from "@pare/ir";
import { singleOf } from "../known.ts";
import { joinKnown, joinTypes } from "../shape/join.ts";
import type { InferContext, OpSpec } from "../spec.ts";

/** The branch that is taken, where the condition is known. */
function taken(context: InferContext): "then_branch" | "else_branch" | undefined {
  const condition = singleOf(context.ints(0));
  if (typeof condition !== "number") return undefined;
  return condition !== 0 ? "then_branch" : "else_branch";
}

/** An output has what the two branches have in common; all of it where only one can be taken. */
export const ifOp: OpSpec = {
  op: "onnx.If",
  roles: () => ["param"],
  infer: (context) => {
    const yes = context.body("then_branch", []);
    const no = context.body("else_branch", []);
    const branch = taken(context);
    if (branch !== undefined) return branch === "then_branch" ? yes : no;
    return yes.map((type, i) => joinTypes(type, no[i]));
  },
  propagate: (context) => {
    const known = (branch: string) =>
      graphAttr(context.node, branch)?.outputs.map((output) => context.known(output)) ?? [];
    const branch = taken(context);
    if (branch !== undefined) return known(branch);
    const no = known("else_branch");
    return known("then_branch").map((elements, i) => joinKnown(elements, no[i]));
  },
  macs: (context) => {
    const branch = taken(context);
    if (branch !== undefined) return context.bodyMacs(branch);
    const both = [context.bodyMacs("then_branch"), context.bodyMacs("else_branch")];
    return both.every((macs) => macs !== undefined) ? Math.max(...both) : undefined;
  },
  gradient: { refused: "what If chooses cannot be trained yet; a branch that is always taken can stand in its place" },
  discontinuous: true,
};
