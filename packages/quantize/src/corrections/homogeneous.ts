/**
 * Operators through which a positive factor of a channel passes: f(s·x) = s·f(x). It then holds for all the inputs named
 * here at once, and for the first output.
 */
import { floatAttr, type Node, stringAttr, type Value } from "@pare/ir";
import { isNondeterministic } from "@pare/ops";
import { numbers } from "@pare/tensor";

/** Any factor of their first input goes through, whatever the others are. */
const plain = new Set(
  ["Relu", "LeakyRelu", "PRelu", "Identity", "Abs", "Neg", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool"]
    .concat([
      "GlobalMaxPool",
      "GlobalLpPool",
      "ReduceMean",
      "ReduceSum",
      "ReduceMax",
      "ReduceMin",
      "ReduceL1",
      "ReduceL2",
    ])
    .concat([
      "Reshape",
      "Flatten",
      "Squeeze",
      "Unsqueeze",
      "Transpose",
      "Slice",
      "Gather",
      "DepthToSpace",
      "SpaceToDepth",
    ])
    .concat(["Expand", "Tile", "Dropout"])
    .map((type) => `onnx.${type}`),
);

/** All their inputs must have the factor. */
const joint = new Set(["Add", "Sub", "Sum", "Mean", "Max", "Min", "Concat"].map((type) => `onnx.${type}`));

/** The inputs that must all have one factor; undefined where none passes. */
export function carriedSlots(node: Node): readonly number[] | undefined {
  if (isNondeterministic(node)) return undefined;
  if (joint.has(node.op))
    return node.attrs.has("axis") && node.op !== "onnx.Concat" ? undefined : [...node.inputs.keys()];
  if (plain.has(node.op)) return node.outputs.slice(1).some(({ uses }) => uses.size > 0) ? undefined : [0];
  switch (node.op) {
    case "onnx.Where":
      return [1, 2];
    case "onnx.Mul":
      return scaledSlot(node);
    case "onnx.Div":
      return isConstant(node.inputs[0]) ? undefined : [0];
    case "onnx.Clip":
      return isHalfLine(node) ? [0] : undefined;
    case "onnx.Pad":
      return padsNothingElse(node) ? [0] : undefined;
    case "onnx.Resize":
    case "onnx.Upsample":
      return stringAttr(node, "coordinate_transformation_mode", "") === "tf_crop_and_resize" ? undefined : [0];
    default:
      return undefined;
  }
}

const isConstant = (value: Value | undefined) => value?.origin.kind === "constant";

/** Of a product the one that is no constant; of two that are computed the first. */
function scaledSlot({ inputs: [left, right] }: Node): readonly number[] | undefined {
  if (left === right) return undefined;
  return isConstant(left) ? [1] : [0];
}

/** [0, ∞), (−∞, 0], or no bound at all. */
function isHalfLine(node: Node): boolean {
  const bounds = clipBounds(node);
  const isHomogeneous = (bound: number) => bound === 0 || Math.abs(bound) === Number.POSITIVE_INFINITY;
  return bounds !== undefined && isHomogeneous(bounds.min) && isHomogeneous(bounds.max);
}

/** Undefined where they are computed, or where the node is no Clip. */
export function clipBounds(node: Node): { readonly min: number; readonly max: number } | undefined {
  if (node.op !== "onnx.Clip") return undefined;
  const min = boundOf(node, 1, "min", Number.NEGATIVE_INFINITY);
  const max = boundOf(node, 2, "max", Number.POSITIVE_INFINITY);
  return min === undefined || max === undefined ? undefined : { min, max };
}

/** An input from opset 11 on, an attribute before. */
function boundOf(node: Node, slot: 1 | 2, name: "min" | "max", absent: number): number | undefined {
  const value = node.inputs[slot];
  const bound = value === undefined ? floatAttr(node, name, absent) : scalarOf(value);
  // The largest float stands for no bound in files that must give one.
  return bound !== undefined && Math.abs(bound) >= largestFloat ? Math.sign(bound) * Number.POSITIVE_INFINITY : bound;
}

const largestFloat = 3.4e38;

function scalarOf({ origin }: Value): number | undefined {
  if (origin.kind !== "constant") return undefined;
  const elements = numbers(origin.tensor);
  return elements.length === 1 ? elements[0] : undefined;
}

/** Zeros, or what is there already. */
function padsNothingElse(node: Node): boolean {
  if (stringAttr(node, "mode", "constant") !== "constant") return true;
  const value = node.inputs[2];
  return value === undefined ? floatAttr(node, "value", 0) === 0 : scalarOf(value) === 0;
}
