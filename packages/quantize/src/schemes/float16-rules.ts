/** What the ONNX standard, and experience, say of operators in float16. */
import { attr, intAttr, type Node } from "@pare/ir";
import { dtypeOfCode } from "@pare/ops";
import type { DType } from "@pare/tensor";

/** ONNX's numbers of types, in Cast. */
export const typeCodes = { float16: 10, float32: 1 } as const;
export const toFloat16 = attr.int(typeCodes.float16);

/** From which opset on an operator takes float16; infinite: no opset does. Others take it from their first on. */
const firstOpsets: ReadonlyMap<string, number> = new Map([
  ["Bernoulli", Number.POSITIVE_INFINITY],
  ["BlackmanWindow", Number.POSITIVE_INFINITY],
  ["Celu", Number.POSITIVE_INFINITY],
  ["CumSum", 14],
  ["DequantizeLinear", Number.POSITIVE_INFINITY],
  ["DynamicQuantizeLinear", Number.POSITIVE_INFINITY],
  ["EyeLike", Number.POSITIVE_INFINITY],
  ["HammingWindow", Number.POSITIVE_INFINITY],
  ["HannWindow", Number.POSITIVE_INFINITY],
  ["IsInf", 20],
  ["MelWeightMatrix", Number.POSITIVE_INFINITY],
  ["Multinomial", Number.POSITIVE_INFINITY],
  ["NonMaxSuppression", Number.POSITIVE_INFINITY],
  ["QuantizeLinear", Number.POSITIVE_INFINITY],
  ["RandomNormal", Number.POSITIVE_INFINITY],
  ["RandomNormalLike", Number.POSITIVE_INFINITY],
  ["RandomUniform", Number.POSITIVE_INFINITY],
  ["RandomUniformLike", Number.POSITIVE_INFINITY],
  ["Range", Number.POSITIVE_INFINITY],
  ["TfIdfVectorizer", Number.POSITIVE_INFINITY],
]);

/** Spectra: sums of squares over a whole window, of which the small parts matter. */
const spectra = new Set(["DFT", "STFT"]);
const bordered = new Set(["If", "Loop", "Scan", "SequenceMap"]);

/** Why the operator stays float32 whatever it computes; undefined where it may be float16. */
export function operatorReason({ domain, type }: Node, opset: number): string | undefined {
  if (domain !== "onnx") return "operators outside the ONNX standard, and functions of the model";
  if (bordered.has(type)) return "values that pass the border of a branch or loop";
  if (spectra.has(type)) return "spectra";
  if (/^(QLinear|Conv|MatMul)\w*Integer$|^QLinear/.test(type)) return "operators that take float32 scales";
  return opset < (firstOpsets.get(type) ?? 0) ? "operators that take no float16 at this opset" : undefined;
}

/** Sums and powers that leave float16's range easily: without data they stay float32. */
export function isWide({ domain, type, inputs }: Node): boolean {
  if (domain !== "onnx") return false;
  return wide.has(type) || (type === "Mul" && inputs[0] === inputs[1]);
}

const wide = new Set([
  ...["Pow", "Exp", "CumSum", "ReduceSum", "ReduceSumSquare", "ReduceProd"],
  ...["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "LpNormalization", "LpPool", "GlobalLpPool"],
]);

const fixedInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ["onnx.Resize", [1, 2]],
  ["onnx.Upsample", [1]],
]);
/** Mean and deviation, which are computed in float32. */
const fixedOutputs: ReadonlyMap<string, readonly number[]> = new Map([["onnx.LayerNormalization", [1, 2]]]);

/** Whether an input is float32 by the standard, whatever the type of the data. */
export function isFixedInput({ op }: Node, slot: number): boolean {
  return fixedInputs.get(op)?.includes(slot) ?? false;
}

export function isFixedOutput({ op }: Node, slot: number): boolean {
  return fixedOutputs.get(op)?.includes(slot) ?? false;
}

/** Whether a node reads its input in whatever type it comes. */
export function takesAnyType({ op }: Node): boolean {
  return op === "onnx.Cast" || op === "onnx.Shape" || op === "onnx.Size";
}

/** Whether the numbers of a node's first input come out as they went in: it stays in the type of what makes it. */
export function isMove({ op }: Node): boolean {
  return moves.has(op);
}

const moves = new Set(
  ["Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Slice", "Gather", "GatherElements"]
    .concat(["GatherND", "Expand", "Tile", "Split", "DepthToSpace", "SpaceToDepth", "MaxPool", "Dropout"])
    .map((type) => `onnx.${type}`),
);

/** Whether a constant is a bound to this node: one that float16 cannot hold is no bound at all. */
export function takesBounds({ op }: Node): boolean {
  return op === "onnx.Clip" || op === "onnx.Min" || op === "onnx.Max" || op === "onnx.Pad";
}

/** What a Cast makes; undefined for other nodes. */
export function castTarget(node: Node): DType | undefined {
  const to = node.op === "onnx.Cast" ? node.attrs.get("to") : undefined;
  return to?.kind === "int" ? dtypeOfCode(intAttr(node, "to")) : undefined;
}
