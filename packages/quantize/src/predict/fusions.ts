/**
 * ONNX Runtime makes one Gemm of a MatMul and the Add that alone reads it, before it looks for integers, wherever it
 * knows the sizes. The Gemm runs as integers where a Q follows (its bias becomes int32 then), else it is a float Gemm that
 * dequantizes its weights in every run.
 */
import { isGraphOutput, type Model, type Node, onlyConsumer, producerOf, type Value } from "@pare/ir";
import { dtypeOf, type Shape, shapeOf } from "@pare/ops";
import { clipBehind, isRedundant } from "./clips.ts";
import type { Neighbours } from "./neighbours.ts";
import type { Verdict } from "./selectors.ts";

/** The verdicts of the MatMul and the Add of each such pair. */
export function fusedMatMuls(model: Model, around: Neighbours): ReadonlyMap<Node, Verdict> {
  const verdicts = new Map<Node, Verdict>();
  for (const node of model.graph.nodes) {
    const add = node.op === "onnx.MatMul" ? addBehind(node, around) : undefined;
    if (add === undefined || !around.dequantized(node).has(0)) continue;
    const fault = gemmFault(node, add, around);
    const gemm: Verdict =
      fault === undefined
        ? { kind: "integer", kernel: "QGemm" }
        : { kind: "float", reason: `becomes one Gemm with the Add behind it, in float: ${fault}` };
    verdicts.set(node, gemm);
    verdicts.set(add, fault === undefined ? { kind: "moved", kernel: "QGemm" } : gemm);
  }
  return verdicts;
}

function addBehind(node: Node, around: Neighbours): Node | undefined {
  const [output] = node.outputs;
  const add = output && !isGraphOutput(output) ? onlyConsumer(output) : undefined;
  if (add?.op !== "onnx.Add" || add.graph !== node.graph || output === undefined) return undefined;
  const bias = add.inputs.find((input) => input !== output);
  const [a, b, c] = [node.inputs[0], node.inputs[1], bias].map((value) => shapeIn(around, value));
  if (a === undefined || b?.length !== 2 || c === undefined) return undefined;
  if (dtypeOf(around.inference.type(output)) !== "float32") return undefined;
  return a.length === 2 ? fitsMatrix(a, b, c, add) : fitsRows(node, a, b, c, add);
}

function shapeIn({ inference }: Neighbours, value: Value | undefined): Shape | undefined {
  return value && shapeOf(inference.type(value));
}

function fitsMatrix(a: Shape, b: Shape, bias: Shape, add: Node): Node | undefined {
  const columns = b[1];
  if (bias.length === 1) return bias[0] === columns ? add : undefined;
  if (bias.length !== 2) return undefined;
  const isRow = bias[0] === 1 && bias[1] === columns;
  const isWhole = bias[0] === a[0] && (bias[1] === 1 || bias[1] === columns);
  return isRow || isWhole ? add : undefined;
}

/** More than two axes: only where every size is a number, and not behind an attention. */
function fitsRows(node: Node, a: Shape, b: Shape, bias: Shape, add: Node): Node | undefined {
  const isKnown = [...a, ...b].every((dim) => typeof dim === "number");
  return isKnown && bias.length === 1 && bias[0] === b[1] && !isBehindAttention(node) ? add : undefined;
}

/** Softmax → MatMul → Transpose → Reshape → this. */
function isBehindAttention(node: Node): boolean {
  let at: Node | undefined = node;
  for (const op of ["onnx.Reshape", "onnx.Transpose", "onnx.MatMul", "onnx.Softmax"]) {
    at = producerOf(at?.inputs[0]);
    if (at?.op !== op) return false;
  }
  return true;
}

function gemmFault(node: Node, add: Node, around: Neighbours): string | undefined {
  const bias = add.inputs.find((input) => input !== node.outputs[0]);
  if (bias?.origin.kind !== "constant" || bias.origin.tensor.shape.length !== 1) return "its bias is no float vector";
  const grids = around.dequantized(node);
  if (!grids.has(1) && node.inputs[1]?.origin.kind !== "constant") return "its weight is float";
  if (grids.get(0)?.scale === undefined) return "its data have a scale for each channel";
  if (![...grids.values()].every(({ hasZeroPoint }) => hasZeroPoint)) return "a zero point is not written down";
  const rows = shapeIn(around, node.inputs[0])?.length === 2;
  const clip = rows ? clipBehind(add) : undefined;
  const [grid, ...others] = around.readers(clip ?? add);
  if (grid === undefined || others.length > 0) return "its result is read as float";
  if (clip !== undefined && !isRedundant(clip, grid, around.opset))
    return `the ${clip.type} behind it is not in its grid`;
  return undefined;
}
