/** Which nodes compute in float16, and why the others do not. */
import { type Model, type Node, producerOf, type Value } from "@pare/ir";
import { dtypeOf, type Inference, specOf } from "@pare/ops";
import { constantBehind } from "./dynamic-nodes.ts";
import { exceedsFloat16 } from "./float16-constants.ts";
import { exactNodes } from "./float16-exact.ts";
import { isFixedInput, isMove, isWide, operatorReason, takesAnyType, takesBounds } from "./float16-rules.ts";

export interface HalfRules {
  /** The reason for a node that must stay float32. */
  readonly keepFloat: (node: Node) => string | undefined;
  /** Values that float16 cannot hold, by name: measured. Undefined: nothing was measured. */
  readonly beyond: ReadonlySet<string> | undefined;
}

export interface HalfPlan {
  readonly half: ReadonlySet<Node>;
  /** Nodes with float32 values that stay so. */
  readonly reasons: ReadonlyMap<Node, string>;
}

export function planHalf(
  model: Model,
  nodes: readonly Node[],
  inference: Inference,
  { keepFloat, beyond }: HalfRules,
): HalfPlan {
  const opset = model.opsets.get("onnx") ?? 1;
  const exact = exactNodes(nodes, inference);
  const half = new Set<Node>();
  const reasons = new Map<Node, string>();
  const own = (node: Node) =>
    typeReason(node, inference) ??
    operatorReason(node, opset) ??
    exact.get(node) ??
    constantReason(node) ??
    (beyond === undefined ? wideReason(node) : measuredReason(node, beyond)) ??
    keepFloat(node);
  for (const node of nodes) {
    if (node.op === "onnx.Constant" || !touchesFloat32(node, inference)) continue;
    const reason = own(node) ?? moveReason(node, reasons);
    if (reason === undefined) half.add(node);
    else reasons.set(node, reason);
  }
  // A Constant node is what reads it; what reads it otherwise has a Cast.
  for (const node of nodes)
    if (node.op === "onnx.Constant" && isFloat32(node.outputs[0], inference) && readsHalf(node, half)) half.add(node);
  return { half, reasons };
}

export function isFloat32(value: Value | undefined, inference: Inference): boolean {
  return value !== undefined && dtypeOf(inference.type(value)) === "float32";
}

function touchesFloat32(node: Node, inference: Inference): boolean {
  const inputs = takesAnyType(node) ? [] : node.inputs;
  return [...inputs, ...node.outputs].some((value) => isFloat32(value, inference) || isUnknown(value, inference));
}

function isUnknown(value: Value | undefined, inference: Inference): boolean {
  return value !== undefined && value.name !== "" && dtypeOf(inference.type(value)) === undefined;
}

function typeReason(node: Node, inference: Inference): string | undefined {
  if (specOf(node.op) === undefined) return "operators outside the ONNX standard, and functions of the model";
  const values = [...node.inputs, ...node.outputs];
  if (values.some((value) => value?.origin.kind === "sparse-constant")) return "sparse constants";
  return values.some((value) => isUnknown(value, inference))
    ? "values that are no tensor, or of unknown type"
    : undefined;
}

function constantReason(node: Node): string | undefined {
  const isBeyond = node.inputs.some((value, slot) => {
    const tensor = isFixedInput(node, slot) ? undefined : constantBehind(value);
    return tensor?.dtype === "float32" && exceedsFloat16(tensor, takesBounds(node));
  });
  return isBeyond ? "constants beyond float16's range" : undefined;
}

function wideReason(node: Node): string | undefined {
  return isWide(node) ? "sums and powers that may overflow (nothing was measured)" : undefined;
}

function measuredReason(node: Node, beyond: ReadonlySet<string>): string | undefined {
  const values = takesAnyType(node) ? node.outputs : [...node.inputs, ...node.outputs];
  return values.some((value) => value !== undefined && beyond.has(value.name))
    ? "values beyond float16's range on data"
    : undefined;
}

/** What only moves the numbers of a float32 node is float32 too: no Cast there and back. */
function moveReason(node: Node, reasons: ReadonlyMap<Node, string>): string | undefined {
  const producer = isMove(node) ? producerOf(node.inputs[0]) : undefined;
  return producer !== undefined && reasons.has(producer) ? "what moves the numbers of the others" : undefined;
}

function readsHalf({ outputs }: Node, half: ReadonlySet<Node>): boolean {
  const uses = [...(outputs[0]?.uses ?? [])];
  return (
    uses.length > 0 &&
    uses.every((use) => use.kind === "input" && half.has(use.node) && !isFixedInput(use.node, use.slot))
  );
}
