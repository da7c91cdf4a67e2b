/** Puts factors of channels into the graph: into weights, biases, added constants and bounds. */
import type { Edit, Node, Value } from "@pare/ir";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { factorAt } from "./equalize.ts";
import type { Addend, Bounded, Family } from "./family.ts";
import { nameOf } from "./layers.ts";
import { eachWeight, type Linear } from "./linear.ts";

export interface FactorChange {
  readonly kind: "layer" | "addend" | "clip" | "name";
  /** What is changed, for notes. */
  readonly subject: string;
  make(edit: Edit): void;
}

/**
 * What has to change where some factors are not 1. Values that are scaled get other names: a name keeps its meaning.
 * @param factors by channel: what it is divided by
 */
export function factorChanges(families: readonly Family[], factors: Float64Array): readonly FactorChange[] {
  const moves = (channels: Int32Array | undefined) =>
    channels?.some((channel) => channel >= 0 && factors[channel] !== 1) ?? false;
  const layers = [...sidesOf(families)].filter(([, { outputs, inputs }]) => moves(outputs) || moves(inputs));
  const addends = families.flatMap((family) => family.addends).filter(({ channels }) => moves(channels));
  const bounded = families.flatMap((family) => family.bounded).filter(({ channels }) => moves(channels));
  const values = families.flatMap((family) => family.values).filter(({ channels }) => moves(channels));
  return [
    ...values.map(({ value }): FactorChange => {
      return { kind: "name", subject: value.name, make: (edit) => edit.rename(value, `${value.name}_scaled`) };
    }),
    ...layers.map(([linear, sides]): FactorChange => {
      return { kind: "layer", subject: nameOf(linear.node), make: (edit) => scaleLayer(edit, linear, sides, factors) };
    }),
    ...addends.map((addend): FactorChange => {
      return { kind: "addend", subject: nameOf(addend.node), make: (edit) => divideAddend(edit, addend, factors) };
    }),
    ...bounded.map((clip): FactorChange => {
      return { kind: "clip", subject: nameOf(clip.node), make: (edit) => splitClip(edit, clip, factors) };
    }),
  ];
}

/** The channels on both sides of a layer, where they belong to a family. */
interface Sides {
  readonly outputs?: Int32Array;
  readonly inputs?: Int32Array;
}

function sidesOf(families: readonly Family[]): ReadonlyMap<Linear, Sides> {
  const layers = new Map<Linear, Sides>();
  for (const { producers, consumers } of families) {
    for (const { linear, channels } of producers) layers.set(linear, { ...layers.get(linear), outputs: channels });
    for (const { linear, channels } of consumers) layers.set(linear, { ...layers.get(linear), inputs: channels });
  }
  return layers;
}

function scaleLayer(edit: Edit, linear: Linear, { outputs, inputs }: Sides, factors: Float64Array): void {
  const { node, weight, tensor, bias, biasSlot } = linear;
  const scaled = new Float64Array(elementCount(tensor.shape));
  eachWeight(linear, (old, i, output, input) => {
    scaled[i] = (old * factorAt(factors, inputs, input)) / factorAt(factors, outputs, output);
  });
  edit.setConstant(weight, tensorOf(tensor.dtype, tensor.shape, scaled));
  if (bias?.origin.kind !== "constant" || outputs === undefined) return;
  replaceConstant(edit, node, biasSlot, bias, divided(bias.origin.tensor, 1, outputs, factors));
}

function divideAddend(edit: Edit, { node, slot, value, axisFromEnd, channels }: Addend, factors: Float64Array): void {
  if (value.origin.kind !== "constant") return;
  replaceConstant(edit, node, slot, value, divided(value.origin.tensor, axisFromEnd, channels, factors));
}

/** Others may read the same constant: what differs is then a constant of its own. */
function replaceConstant(edit: Edit, node: Node, slot: number, old: Value, tensor: Tensor): void {
  if (old.uses.size === 1) edit.setConstant(old, tensor);
  else edit.setInputs(node, node.inputs.with(slot, edit.constant(old.name, tensor, old.graph)));
}

/** Clip → Max and Min with bounds for each channel, [C,1,1] for axis 1 of [N,C,H,W]. */
function splitClip(edit: Edit, { node, min, max, axisFromEnd, dtype, channels }: Bounded, factors: Float64Array): void {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (input === undefined || output === undefined) return;
  const { name } = output;
  const shape = [channels.length, ...new Array<number>(axisFromEnd - 1).fill(1)];
  const bound = (which: string, at: number) => {
    const values = Float64Array.from(channels, (_, i) => at / factorAt(factors, channels, i));
    return edit.constant(`${name}_${which}`, tensorOf(dtype, shape, values));
  };
  let value = input;
  const behind = (op: string, others: readonly Value[], label: string) => {
    value = edit.node(op, [value, ...others], { name: `${name}_${label}`, outputs: [`${name}_${label}`] }).outputs[0]!;
  };
  if (min === 0) behind("onnx.Relu", [], "relu");
  else if (min > Number.NEGATIVE_INFINITY) behind("onnx.Max", [bound("least", min)], "above");
  if (max < Number.POSITIVE_INFINITY) behind("onnx.Min", [bound("most", max)], "bounded");
  const bounds = node.inputs.slice(1);
  edit.replaceUses(output, value);
  edit.remove(node);
  for (const each of bounds) if (each?.origin.kind === "constant" && each.uses.size === 0) edit.removeConstant(each);
}

/** Elements ÷ the factors of their channels; one element for all channels becomes one for each. */
function divided(tensor: Tensor, axisFromEnd: number, channels: Int32Array, factors: Float64Array): Tensor {
  const missing = Math.max(0, axisFromEnd - tensor.shape.length);
  const shape = [...new Array<number>(missing).fill(1), ...tensor.shape];
  const axis = shape.length - axisFromEnd;
  const inner = elementCount(shape.slice(axis + 1));
  const block = inner * channels.length;
  const isStretched = shape[axis] === 1;
  const old = numbers(tensor);
  const made = Float64Array.from({ length: elementCount(shape.slice(0, axis)) * block }, (_, i) => {
    const from = isStretched ? Math.floor(i / block) * inner + (i % inner) : i;
    return old[from]! / factorAt(factors, channels, Math.floor((i % block) / inner));
  });
  return tensorOf(tensor.dtype, shape.with(axis, channels.length), made);
}
