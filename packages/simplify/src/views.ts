/**
 * Nodes that only look at the same elements in another shape: Reshape, Flatten, Squeeze, Unsqueeze, and a Transpose that
 * moves no axis but those of size 1. From the shape before and the shape after there is one node at most that does what
 * a chain of them did.
 */
import { type Attrs, attr, type Dim, type Edit, intsAttr, type Node, type Value } from "@pare/ir";
import { equalDims, productDims } from "@pare/ops";
import type { Scene } from "./scene.ts";

type Shape = readonly Dim[];

const reshaping = new Set(["onnx.Reshape", "onnx.Flatten", "onnx.Squeeze", "onnx.Unsqueeze"]);

export function isView(node: Node, scene: Scene): boolean {
  if (reshaping.has(node.op)) return true;
  return node.op === "onnx.Transpose" && movesOnlyUnits(node, scene);
}

function movesOnlyUnits(node: Node, scene: Scene): boolean {
  const shape = scene.shape(node.inputs[0]);
  const perm = shape && permOf(node, shape.length);
  if (shape === undefined || perm === undefined) return false;
  const moved = perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
}

/** Without the attribute, axes are reversed. */
export function permOf(node: Node, rank: number | undefined): readonly number[] | undefined {
  const perm = intsAttr(node, "perm");
  return perm ?? (rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i));
}

/** A node that makes shape `to` of shape `from`. `constant` is its second input. */
export interface ViewPlan {
  readonly op: "onnx.Flatten" | "onnx.Squeeze" | "onnx.Unsqueeze" | "onnx.Reshape";
  readonly attrs: Attrs;
  readonly constant: readonly number[] | undefined;
}

/** The plan that needs the fewest constant bytes; undefined where no single node with constant parameters does it. */
export function planView(
  from: Shape | undefined,
  to: Shape | undefined,
  opset: number,
  scene: Scene,
): ViewPlan | undefined {
  if (to === undefined) return undefined;
  const plans: ViewPlan[] = [];
  if (from !== undefined) plans.push(...flattenPlans(from, to, opset), ...unitAxisPlans(from, to, opset));
  const target = opset >= 5 ? reshapeTarget(from, to) : undefined;
  if (target !== undefined) plans.push({ op: "onnx.Reshape", attrs: new Map(), constant: target });
  return plans.sort((a, b) => planBytes(a, scene) - planBytes(b, scene))[0];
}

export function planBytes(plan: ViewPlan, scene: Scene): number {
  return plan.constant === undefined ? 0 : scene.intsBytes(plan.constant);
}

/** Makes a node with one output do what the plan says, on `from`. Its output stays the value that it is. */
export function becomeView(edit: Edit, node: Node, plan: ViewPlan, from: Value, scene: Scene): void {
  const name = `${node.outputs[0]!.name}_shape`;
  const parameter = plan.constant === undefined ? [] : [scene.intsConstant(edit, name, plan.constant)];
  edit.setOp(node, plan.op);
  edit.setAttrs(node, plan.attrs);
  edit.setInputs(node, [from, ...parameter]);
}

function flattenPlans(from: Shape, to: Shape, opset: number): ViewPlan[] {
  if (to.length !== 2 || opset < 9) return [];
  for (let axis = from.length; axis >= 0; axis--) {
    const left = equalDims(productDims(from.slice(0, axis)), to[0]) === true;
    if (left && equalDims(productDims(from.slice(axis)), to[1]) === true)
      return [{ op: "onnx.Flatten", attrs: new Map([["axis", attr.int(axis)]]), constant: undefined }];
  }
  return [];
}

function unitAxisPlans(from: Shape, to: Shape, opset: number): ViewPlan[] {
  const dropped = unitsWithout(from, to);
  const added = unitsWithout(to, from);
  const plan = (op: "onnx.Squeeze" | "onnx.Unsqueeze", axes: readonly number[]): ViewPlan[] => {
    if (opset >= 13) return [{ op, attrs: new Map(), constant: axes }];
    return [{ op, attrs: new Map([["axes", attr.ints(axes)]]), constant: undefined }];
  };
  if (dropped !== undefined) return plan("onnx.Squeeze", dropped);
  return added === undefined ? [] : plan("onnx.Unsqueeze", added);
}

/** The axes of size 1 in `long` without which it is `short`; undefined where there are none such. */
function unitsWithout(long: Shape, short: Shape): readonly number[] | undefined {
  if (long.length <= short.length) return undefined;
  const axes: number[] = [];
  let at = 0;
  for (const [axis, dim] of long.entries()) {
    if (at < short.length && equalDims(dim, short[at]) === true) at++;
    else if (dim === 1) axes.push(axis);
    else return undefined;
  }
  return at === short.length ? axes : undefined;
}

/**
 * The constant second input of a Reshape to `to`: sizes as numbers; 0 for a symbol that stands on the same axis before,
 * −1 for one other. [batch, 49, 64] from [batch, 64, 49] is [−1, 49, 64]; two symbols that move cannot be said.
 */
export function reshapeTarget(from: Shape | undefined, to: Shape): readonly number[] | undefined {
  if (to.some((dim) => dim === 0)) return undefined;
  const unknown = to.filter((dim) => typeof dim !== "number").length;
  if (unknown <= 1) return to.map((dim) => (typeof dim === "number" ? dim : -1));
  const target = to.map((dim, axis) => {
    if (typeof dim === "number") return dim;
    return from !== undefined && axis < from.length && equalDims(from[axis], dim) === true ? 0 : -1;
  });
  return target.filter((size) => size === -1).length <= 1 ? target : undefined;
}
