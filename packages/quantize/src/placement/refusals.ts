/** Why a node cannot be integer on a target, whatever stands around it. */
import { consumersOf, describeNode, floatAttr, intAttr, type Node, stringAttr, type Value } from "@pare/ir";
import { dtypeOf } from "@pare/ops";
import type { OperatorRule, Target } from "../targets/target.ts";
import {
  biasSlot,
  codedInputs,
  codeSlots,
  constantOf,
  isFloat32,
  namedOutputs,
  ruleOf,
  shapeIn,
  type View,
} from "./view.ts";

/** Undefined: nothing speaks against it. */
export function refusal(view: View, node: Node): string | undefined {
  const rule = ruleOf(view, node);
  if (rule === undefined) return noKernel(view.target, node);
  if (rule.opset !== undefined && view.opset < rule.opset)
    return `${node.type} runs as integers from opset ${rule.opset} on, the model has ${view.opset}`;
  return (
    dataFault(view, node) ?? (rule.kind === "compute" ? computeFault(view, node, rule) : moveFault(view, node, rule))
  );
}

export function noKernel({ name, operators }: Target, { type }: Node): string {
  return Object.keys(operators).length === 0
    ? `${name} has no integer kernels`
    : `${name} has no integer kernel for ${type}`;
}

function dataFault(view: View, node: Node): string | undefined {
  const slots = codeSlots(view, node);
  const other = node.inputs.find((value) => value !== undefined && isOtherFloat(view, value));
  if (slots.length === 0) return other ? `its values are ${dtypeIn(view, other)}, not float32` : "no float data";
  if (codedInputs(view, node).length === 0)
    return node.inputs.every((value) => value === undefined || constantOf(value) !== undefined)
      ? "all its inputs are constants"
      : "what it looks up is a constant table (an embedding), and stays float";
  if (namedOutputs(node).some((output) => !isFloat32(view, output))) return "it has a result that is not float32";
  if (namedOutputs(node).some(({ uses }) => uses.size === 0)) return "nothing uses its result";
  return undefined;
}

function isOtherFloat(view: View, value: Value): boolean {
  return ["float16", "bfloat16", "float64"].includes(dtypeIn(view, value) ?? "");
}

function dtypeIn({ inference }: View, value: Value) {
  return dtypeOf(inference.type(value));
}

function computeFault(view: View, node: Node, rule: OperatorRule): string | undefined {
  const weight = weightOf(view, node);
  if (weight === undefined) {
    if (rule.constantWeight) return "its weight is computed";
  } else {
    const shape = constantOf(weight)?.shape ?? [];
    if (shape.length < 2) return "its weight has fewer than two axes";
    const { leastChannels = 1 } = rule;
    if (shape.slice(0, 2).some((size) => size < leastChannels)) return `it has fewer than ${leastChannels} channels`;
  }
  return rule.bias ? biasFault(view, node) : undefined;
}

/** The constant that the node multiplies with, on whichever side. */
export function weightOf(view: View, node: Node): Value | undefined {
  const slot = codeSlots(view, node).find((slot) => constantOf(node.inputs[slot]) !== undefined);
  return slot === undefined ? undefined : node.inputs[slot];
}

/**
 * Nodes whose weight another node reads as float, because that one is refused: no float copy is to stay beside the codes.
 * Their reasons are added, until nothing more follows.
 */
export function refuseSharers(view: View, refusals: Map<Node, string>): void {
  for (let size = -1; size !== refusals.size; ) {
    size = refusals.size;
    const readers = new Map<Value, Node | undefined>();
    for (const node of view.nodes) {
      const weight = ruleOf(view, node)?.kind === "compute" && !refusals.has(node) ? weightOf(view, node) : undefined;
      if (weight === undefined) continue;
      if (!readers.has(weight)) readers.set(weight, floatReader(view, weight, refusals));
      const reader = readers.get(weight);
      if (reader !== undefined) refusals.set(node, `its weight is also read as float by ${describeNode(reader)}`);
    }
  }
}

function floatReader(view: View, weight: Value, refusals: ReadonlyMap<Node, string>): Node | undefined {
  const readers = consumersOf(weight);
  const isComputed = (node: Node) => node.graph === view.model.graph && ruleOf(view, node)?.kind === "compute";
  return readers.find((node) => refusals.has(node) || !isComputed(node));
}

function biasFault(view: View, node: Node): string | undefined {
  const slot = biasSlot(node);
  const bias = slot === undefined ? undefined : node.inputs[slot];
  if (bias === undefined) return undefined;
  const constant = constantOf(bias);
  if (constant === undefined) return "its bias is computed";
  if (constant.dtype !== "float32") return `its bias is ${constant.dtype}`;
  const channels = shapeIn(view, node.outputs[0])?.[node.op === "onnx.Gemm" ? -1 : 1];
  const last = constant.shape.at(-1);
  const isVector = constant.shape.slice(0, -1).every((dim) => dim === 1) && last !== undefined;
  if (!isVector || (typeof channels === "number" && last !== channels)) return "its bias is not one number a channel";
  return floatAttr(node, "beta", 1) === 0 ? "its bias is multiplied by zero" : undefined;
}

/** Moves keep codes only where every element of the result is an element of the data, or between two of them. */
function moveFault(view: View, node: Node, rule: OperatorRule): string | undefined {
  if (rule.kind !== "move") return undefined;
  if (codeSlots(view, node).some((slot) => constantOf(node.inputs[slot]) !== undefined))
    return "its data is a constant";
  if (stringAttr(node, "mode", "") === "cubic") return "cubic interpolation leaves the range of its data";
  if (stringAttr(node, "coordinate_transformation_mode", "") === "tf_crop_and_resize")
    return "it fills in a number of its own";
  if (intAttr(node, "storage_order", 0) !== 0) return "column-major indices";
  return undefined;
}
