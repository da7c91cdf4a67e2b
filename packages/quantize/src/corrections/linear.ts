/**
 * Nodes that multiply by constant weights, with the channels of every weight: which channel of the data it meets, and
 * which channel of the output it goes to. A factor of either can move into the weights.
 */
import { intAttr, type Node, type Value } from "@pare/ir";
import { type AxisLink, type Shape, specOf } from "@pare/ops";
import { elementCount, isFloat, numbers, type Tensor } from "@pare/tensor";

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
 * Weights between the same two channels: all taps of a kernel. Pairs are numbered by rows; the pair in row r and column c
 * leads from input c + inputShift[r] to output r + outputShift[c]. The shifts are 0 but for groups: then there are fewer
 * pairs than outputs · inputs, in a depthwise convolution one for each output channel.
 */
export interface Pairs {
  readonly rows: number;
  readonly columns: number;
  readonly outputShift: Int32Array;
  readonly inputShift: Int32Array;
  /** The pair of the weight with this place in the tensor. */
  of(flat: number): number;
}

/** Calls back for every weight, with its place and its channels. */
export function eachWeight(
  { pairs, tensor }: Linear,
  visit: (weight: number, flat: number, output: number, input: number) => void,
): void {
  const { columns, outputShift, inputShift } = pairs;
  const weights = numbers(tensor);
  for (let i = 0; i < weights.length; i++) {
    const pair = pairs.of(i);
    const row = Math.floor(pair / columns);
    const column = pair % columns;
    visit(weights[i]!, i, row + outputShift[column]!, column + inputShift[row]!);
  }
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
  const pairs: Pairs = {
    rows,
    columns,
    outputShift: Int32Array.from({ length: columns }, (_, c) =>
      isOutputFirst ? 0 : groupOf(c, columns, group) * rows,
    ),
    inputShift: Int32Array.from({ length: rows }, (_, r) => (isOutputFirst ? groupOf(r, rows, group) * columns : 0)),
    of: (flat) => (Math.floor(flat / rowStride) % rows) * columns + (Math.floor(flat / columnStride) % columns),
  };
  return { outputs, inputs, pairs };
}

function groupOf(channel: number, channels: number, group: number): number {
  return group === 1 ? 0 : Math.floor((channel * group) / channels);
}
