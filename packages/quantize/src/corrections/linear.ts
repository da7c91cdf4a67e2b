/**
 * Nodes that multiply by constant weights, with the channels of every weight: which channel of the data it meets, and
 * which channel of the output it goes to. A factor of either can move into the weights.
 */
import { intAttr, type Node, type Value } from "@pare/ir";
import { type AxisLink, type Shape, specOf } from "@pare/ops";
import { elementCount, isFloat, type Tensor } from "@pare/tensor";

export interface Linear {
  readonly node: Node;
  readonly data: Value;
  /** The axis of the data that is summed over. */
  readonly dataAxis: number;
  readonly output: Value;
  readonly outputAxis: number;
  readonly weight: Value;
  readonly tensor: Tensor;
  /** Runs along the output's channels with its last axis: [N], or [1,N] in a Gemm. Undefined: there is none. */
  readonly bias: Value | undefined;
  readonly biasSlot: number;
  readonly outputs: number;
  readonly inputs: number;
  readonly pairs: Pairs;
}

/**
 * Weights between the same two channels: all taps of a kernel. With groups there are fewer than outputs · inputs of them:
 * a depthwise convolution has one for each output channel.
 */
export interface Pairs {
  readonly count: number;
  /** The pair of the weight with this place in the tensor. */
  of(flat: number): number;
  output(pair: number): number;
  input(pair: number): number;
}

export type ShapeOf = (value: Value) => Shape | undefined;

/**
 * Undefined where the weights are no float constants, or its bias is computed.
 * @param isShared whether other nodes may have the same weights; default false
 */
export function linearOf(node: Node, shape: ShapeOf, isShared = false): Linear | undefined {
  const spec = specOf(node.op);
  const roles = spec?.roles?.(node) ?? [];
  const [data, weight] = [roles.indexOf("data"), roles.indexOf("weight")];
  const biasSlot = roles.indexOf("bias");
  if (node.domain !== "onnx" || weight < 0 || data < 0 || roles.some((role) => role === "param")) return undefined;
  const tensor = floatsOf(node.inputs[weight], isShared);
  const [dataValue, weightValue, output] = [node.inputs[data], node.inputs[weight], node.outputs[0]];
  const bias = biasSlot < 0 ? undefined : node.inputs[biasSlot];
  if (tensor === undefined || dataValue === undefined || weightValue === undefined || output === undefined)
    return undefined;
  if (bias !== undefined && bias.origin.kind !== "constant") return undefined;
  const found = channelsOf(node, spec?.axes?.(node, shape) ?? [], { data, weight, tensor });
  const values = { data: dataValue, output, weight: weightValue, bias };
  return found && { node, ...values, tensor, biasSlot, ...found };
}

function floatsOf(value: Value | undefined, isShared: boolean): Tensor | undefined {
  if (value?.origin.kind !== "constant" || (value.uses.size !== 1 && !isShared)) return undefined;
  const { tensor } = value.origin;
  return isFloat(tensor.dtype) && elementCount(tensor.shape) > 0 ? tensor : undefined;
}

interface Slots {
  readonly data: number;
  readonly weight: number;
  readonly tensor: Tensor;
}

type Channels = Pick<Linear, "dataAxis" | "outputAxis" | "outputs" | "inputs" | "pairs">;

function channelsOf(node: Node, links: readonly AxisLink[], { data, weight, tensor }: Slots): Channels | undefined {
  const group = node.attrs.has("group") ? intAttr(node, "group", 1) : 1;
  const { shape } = tensor;
  if (group > 1) {
    const isOutputFirst = links.some(({ from, kind }) => kind === "keeps" && from.input === weight && from.axis === 0);
    const axes = isOutputFirst ? { output: 0, input: 1 } : { output: 1, input: 0 };
    if (shape.length < 3 || shape[0]! % group !== 0) return undefined;
    return { dataAxis: 1, outputAxis: 1, ...pairsOf(shape, axes, group) };
  }
  const summed = links.find(({ from, to }) => from.input === data && "input" in to && to.input === weight);
  const into = summed?.to.axis;
  const kept = links.filter(({ from, to, kind }) => from.input === weight && "output" in to && kind === "keeps");
  const out = kept.findLast(({ from }) => from.axis !== into);
  if (summed === undefined || into === undefined || out === undefined) return undefined;
  const axes = { output: out.from.axis, input: into };
  return { dataAxis: summed.from.axis, outputAxis: out.to.axis, ...pairsOf(shape, axes, 1) };
}

/** With groups the first axis of the weight runs through all of them, and the second within one. */
function pairsOf(
  shape: readonly number[],
  axes: { readonly output: number; readonly input: number },
  group: number,
): Pick<Linear, "outputs" | "inputs" | "pairs"> {
  const [rows, columns] = [shape[axes.output]!, shape[axes.input]!];
  const stride = (axis: number) => elementCount(shape.slice(axis + 1));
  const [rowStride, columnStride] = [stride(axes.output), stride(axes.input)];
  const isOutputFirst = axes.output === 0;
  const [outputs, inputs] = isOutputFirst || group === 1 ? [rows, columns * group] : [rows * group, columns];
  const row = (pair: number) => Math.floor(pair / columns);
  const pairs: Pairs = {
    count: rows * columns,
    of: (flat) => (Math.floor(flat / rowStride) % rows) * columns + (Math.floor(flat / columnStride) % columns),
    output: isOutputFirst || group === 1 ? row : (pair) => row(pair) + groupOf(pair % columns, columns, group) * rows,
    input: isOutputFirst
      ? (pair) => (pair % columns) + groupOf(row(pair), rows, group) * columns
      : (pair) => pair % columns,
  };
  return { outputs, inputs, pairs };
}

function groupOf(channel: number, channels: number, group: number): number {
  return group === 1 ? 0 : Math.floor((channel * group) / channels);
}
