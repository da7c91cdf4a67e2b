/**
 * ONNX Runtime's rules (1.30) by which an operator between DQ and Q becomes one integer kernel, in our own words. Each
 * gives the kernel, or what stands against it.
 */
import { floatAttr, intAttr, isGraphOutput, type Model, type Node, producerOf, type Value } from "@pare/ir";
import { dtypeOf } from "@pare/ops";
import { constantTensor, type Grid, sameGrid } from "./grids.ts";
import type { Neighbours } from "./neighbours.ts";

/** A node between its grids. */
export interface Unit {
  readonly node: Node;
  readonly around: Neighbours;
  /** By slot. */
  readonly before: ReadonlyMap<number, Grid>;
  /** One for each Q behind; other readers count in `otherReaders`. */
  readonly behind: readonly Grid[];
  readonly otherReaders: number;
  /** int8 activations run as they are (ARM); elsewhere they become uint8 first. */
  readonly signedActivations: boolean;
}

export type Verdict =
  | { readonly kind: "integer" | "moved"; readonly kernel: string }
  /** `kernel`: where it is another than the operator's own. */
  | { readonly kind: "float"; readonly reason: string; readonly kernel?: string };

export type Selector = (unit: Unit) => Verdict;

const float = (reason: string): Verdict => ({ kind: "float", reason });
const integer = (kernel: string): Verdict => ({ kind: "integer", kernel });

const eightBit = new Set(["int8", "uint8"]);

/** Every input (or `slots` of them) behind a DQ, every result in front of one Q that alone reads it. */
function edgeFault(unit: Unit, slots?: readonly number[], mayGiveFloat = false): string | undefined {
  const { node, before, behind, otherReaders } = unit;
  const wanted = slots ?? [...node.inputs.keys()].filter((slot) => node.inputs[slot] !== undefined);
  const missing = wanted.find((slot) => !before.has(slot));
  if (missing !== undefined) return `input ${missing} is float`;
  if (before.size > wanted.length) return "more inputs are dequantized than the kernel takes";
  if (behind.length === 0) return mayGiveFloat ? undefined : "its result is read as float";
  const outputs = node.outputs.filter(({ name }) => name !== "");
  if (otherReaders > 0) return "its result is read as float too";
  if (outputs.some(isGraphOutput)) return "its result is an output of the model";
  return behind.length === outputs.length ? undefined : "its result is quantized more than once";
}

function typeFault({ before, behind }: Unit, slots: readonly number[]): string | undefined {
  const types = new Set([...slots.map((slot) => before.get(slot)?.type), ...behind.map(({ type }) => type)]);
  if (types.size > 1) return `it reads and gives different types (${[...types].join(", ")})`;
  const [type] = types;
  return type !== undefined && eightBit.has(type) ? undefined : `its codes are ${type}, not of 8 bits`;
}

/** One output of another type than its data: where both exist they must agree. */
function weightFault({ before, behind }: Unit): string | undefined {
  const [data, weight] = [before.get(0)?.type, before.get(1)?.type];
  const output = behind[0]?.type ?? data;
  if (data !== output) return `it reads ${data} and gives ${output}`;
  if (data === undefined || weight === undefined || !eightBit.has(data) || !eightBit.has(weight))
    return `its codes are ${data} and ${weight}, not of 8 bits`;
  return data === "int8" && weight !== "int8" ? "signed activations need signed weights" : undefined;
}

/** On x86 convolutions and MatMul take unsigned activations alone. */
function signFault({ before, signedActivations }: Unit): string | undefined {
  const isSigned = before.get(0)?.type === "int8" && !signedActivations;
  return isSigned ? "signed activations that several nodes read stay float here" : undefined;
}

function biasFault({ before }: Unit): string | undefined {
  const bias = before.get(2);
  return bias === undefined || bias.type === "int32" ? undefined : `its bias is ${bias.type}, not int32`;
}

const conv: Selector = (unit) => {
  const fault = edgeFault(unit) ?? signFault(unit) ?? weightFault(unit) ?? biasFault(unit);
  return fault === undefined ? integer("QLinearConv") : float(fault);
};

const weightBits: Verdict = {
  kind: "float",
  kernel: "MatMulNBits",
  reason: "its weight stays codes, and is multiplied as floats",
};

/** Float data, and a weight of codes that nothing else reads: in blocks of rows, a scale a column, or one scale. */
function holdsBits({ node, before, behind, otherReaders }: Unit): boolean {
  const grid = before.get(1);
  if (grid === undefined || before.has(0) || behind.length > 0 || otherReaders === 0) return false;
  const [weight, scale] = grid.node.inputs.map(constantTensor);
  if (weight?.shape.length !== 2 || scale === undefined || grid.node.outputs[0]?.uses.size !== 1) return false;
  if (!/^u?int[248]$/.test(weight.dtype) || node.inputs[1] !== grid.node.outputs[0]) return false;
  if (grid.blockSize === 0)
    return (
      scale.shape.length === 0 || (grid.axis === 1 && scale.shape.length === 1 && scale.shape[0] === weight.shape[1])
    );
  const isPowerOfTwo = (grid.blockSize & (grid.blockSize - 1)) === 0;
  return grid.axis === 0 && grid.blockSize >= 16 && isPowerOfTwo && scale.shape.length === 2;
}

/** A product and nothing else, with a vector added at most. */
function isPlainGemm(node: Node): boolean {
  const bias = constantTensor(node.inputs[2]);
  const isFlat = intAttr(node, "transA", 0) === 0 && intAttr(node, "transB", 0) === 0;
  if (!isFlat || floatAttr(node, "alpha", 1) !== 1) return false;
  return node.inputs[2] === undefined || (bias?.shape.length === 1 && floatAttr(node, "beta", 1) === 1);
}

const gemm: Selector = (unit) => {
  const { node, before } = unit;
  if (holdsBits(unit) && isPlainGemm(node)) return weightBits;
  const fault = edgeFault(unit, undefined, true) ?? weightFault(unit) ?? biasFault(unit);
  if (fault !== undefined) return float(fault);
  if (before.has(2) && floatAttr(node, "beta", 1) !== 1) return float("beta is not 1");
  if (!before.get(0)?.hasZeroPoint || !before.get(1)?.hasZeroPoint) return float("a zero point is not written down");
  return integer("QGemm");
};

const matMul: Selector = (unit) => {
  const { before, behind } = unit;
  if (holdsBits(unit)) return weightBits;
  if (behind.length > 0) {
    const fault = edgeFault(unit, [0, 1]) ?? signFault(unit) ?? weightFault(unit);
    return fault === undefined ? integer("QLinearMatMul") : float(fault);
  }
  const fault = [0, 1].find((slot) => !before.has(slot));
  if (fault !== undefined) return float(`input ${fault} is float`);
  const mixed = signFault(unit) ?? weightFault(unit);
  return mixed === undefined ? integer("MatMulIntegerToFloat") : float(mixed);
};

const unary =
  (kernel: string): Selector =>
  (unit) => {
    const fault = edgeFault(unit, [0]) ?? typeFault(unit, [0]);
    return fault === undefined ? integer(kernel) : float(fault);
  };

const nary =
  (kernel: string, slots?: readonly number[]): Selector =>
  (unit) => {
    const all = slots ?? [...unit.node.inputs.keys()].filter((slot) => unit.node.inputs[slot] !== undefined);
    const fault = edgeFault(unit, all) ?? typeFault(unit, all);
    return fault === undefined ? integer(kernel) : float(fault);
  };

interface MoveLimits {
  readonly wide?: boolean;
  readonly positive?: boolean;
  readonly opset?: number;
}

const move =
  ({ wide = true, positive = false, opset = 1 }: MoveLimits = {}): Selector =>
  (unit) => {
    const { node, before, behind, around } = unit;
    const fault = edgeFault(unit, [0]);
    if (fault !== undefined) return float(fault);
    const data = before.get(0)!;
    if (around.opset < opset) return float(`from opset ${opset} on`);
    if (behind.some((grid) => !sameGrid(grid, data))) return float("the grids before and behind it differ");
    if (!wide && !eightBit.has(data.type ?? "")) return float(`its codes are ${data.type}, not of 8 bits`);
    if (positive && !((data.scale ?? 0) > 0)) return float("its scale is not positive");
    return { kind: "moved", kernel: node.type };
  };

/** Gives indices of codes: nothing behind it is quantized. */
const argMax: Selector = ({ node, before }) => {
  const data = before.get(0);
  if (data?.scale === undefined || !data.hasZeroPoint) return float("its data are float");
  return eightBit.has(data.type ?? "") ? { kind: "moved", kernel: node.type } : float("its codes are not of 8 bits");
};

export const selectors: ReadonlyMap<string, Selector> = new Map<string, Selector>([
  ["onnx.Conv", conv],
  ["onnx.Gemm", gemm],
  ["onnx.MatMul", matMul],
  ["onnx.Add", nary("QLinearAdd")],
  ["onnx.Mul", nary("QLinearMul")],
  ["onnx.Concat", nary("QLinearConcat")],
  ["onnx.Where", nary("QLinearWhere", [1, 2])],
  ["onnx.AveragePool", unary("QLinearAveragePool")],
  ["onnx.GlobalAveragePool", unary("QLinearGlobalAveragePool")],
  ["onnx.LeakyRelu", unary("QLinearLeakyRelu")],
  ["onnx.Sigmoid", unary("QLinearSigmoid")],
  ["onnx.Softmax", unary("QLinearSoftmax")],
  ["onnx.ArgMax", argMax],
  ["onnx.MaxPool", move({ wide: false, positive: true, opset: 12 })],
  ["onnx.ReduceMax", move({ wide: false, positive: true })],
  ["onnx.ReduceMin", move({ wide: false, positive: true })],
  ["onnx.Resize", move({ wide: false })],
  ["onnx.DepthToSpace", move({ wide: false })],
  ...["Expand", "Flatten", "Gather", "GatherElements", "Reshape", "Slice", "Split", "Squeeze", "Tile"].map(
    (type) => [`onnx.${type}`, move()] as const,
  ),
  ...["Transpose", "Unsqueeze"].map((type) => [`onnx.${type}`, move()] as const),
]);

/** Whether a node computes on numbers of another kind than float32, so that no grid is expected around it. */
export function isFloatNode({ inference }: Neighbours, node: Node): boolean {
  const types = [...node.inputs, ...node.outputs].map((value) => value && dtypeOf(inference.type(value)));
  return types.some((type) => type === "float32" || type === "float16" || type === "float64" || type === "bfloat16");
}

/** Nodes all of whose inputs are constant: the runtime computes them when it loads the model. */
export function foldableNodes({ graph }: Model): ReadonlySet<Node> {
  const found = new Set<Node>();
  const isFixed = (value: Value | undefined) => {
    const producer = producerOf(value);
    return value === undefined || value.origin.kind === "constant" || (producer !== undefined && found.has(producer));
  };
  for (const node of graph.nodes) {
    const isConstant = node.op === "onnx.Constant";
    const isConverted = node.type === "DequantizeLinear";
    if (isConstant || (!isConverted && node.inputs.length > 0 && node.inputs.every(isFixed))) found.add(node);
  }
  return found;
}
