/**
 * Layer normalization (Ba et al. 2016) and RMS normalization (Zhang and Sennrich 2019), as one node or in the pieces that
 * exporters write: (x − mean x) ÷ √(mean (x − mean x)² + ε) · γ + β, for RMS without both means. The squares of numbers on
 * 256 levels span 65,536, and a grid for them loses the small ones.
 */
import { consumersOf, type Node, onlyConsumer, producerOf, type Value } from "@pare/ir";
import { constantOf } from "./view.ts";

const whole: ReadonlySet<string> = new Set([
  "onnx.LayerNormalization",
  "onnx.RMSNormalization",
  "onnx.SimplifiedLayerNormalization",
  "com.microsoft.SkipLayerNormalization",
  "com.microsoft.SkipSimplifiedLayerNormalization",
]);

/** The nodes of the normalization that this one is, or whose root this one takes; empty where it is neither. */
export function normalization(node: Node): readonly Node[] {
  if (whole.has(node.op)) return [node];
  if (node.op !== "onnx.Sqrt") return [];
  const behind = rootedChain(node);
  const square = behind.at(-1);
  return square === undefined ? [] : [...behind, ...centring(square.inputs[0]), ...scaling(node)];
}

/** Sqrt, the addition of ε where there is one, the mean and the square; empty where that is not what the root is of. */
function rootedChain(root: Node): readonly Node[] {
  const before = producerOf(root.inputs[0]);
  const epsilon = before?.op === "onnx.Add" ? before : undefined;
  const mean = epsilon === undefined ? before : epsilon.inputs.map(producerOf).find((node) => node !== undefined);
  const square = mean?.op === "onnx.ReduceMean" ? producerOf(mean.inputs[0]) : undefined;
  if (mean === undefined || square === undefined || !isSquare(square)) return [];
  return [root, ...(epsilon === undefined ? [] : [epsilon]), mean, square];
}

function isSquare({ op, inputs }: Node): boolean {
  if (op === "onnx.Mul") return inputs[0] === inputs[1];
  return op === "onnx.Pow" && constantOf(inputs[1]) !== undefined;
}

/** x − mean x, where that is what is squared. */
function centring(squared: Value | undefined): readonly Node[] {
  const centred = producerOf(squared);
  if (centred?.op !== "onnx.Sub") return [];
  const mean = producerOf(centred.inputs[1]);
  return mean?.op === "onnx.ReduceMean" ? [centred, mean] : [];
}

/** What follows the root: a quotient, or a reciprocal and a product, then γ and β. */
function scaling(root: Node): readonly Node[] {
  const found: Node[] = [];
  for (const next of root.outputs.flatMap(consumersOf)) {
    const product = next.op === "onnx.Reciprocal" || isConstantOver(next) ? onlyReader(next) : next;
    if (product?.op !== "onnx.Div" && product?.op !== "onnx.Mul") continue;
    found.push(...new Set([next, product]), ...affine(product));
  }
  return found;
}

/** 1 ÷ root, as a quotient. */
function isConstantOver({ op, inputs }: Node): boolean {
  return op === "onnx.Div" && constantOf(inputs[0]) !== undefined;
}

/** · γ, then + β. */
function affine(normalized: Node): readonly Node[] {
  const gain = onlyReader(normalized);
  if (gain?.op !== "onnx.Mul" || !hasConstant(gain)) return [];
  const shift = onlyReader(gain);
  return shift?.op === "onnx.Add" && hasConstant(shift) ? [gain, shift] : [gain];
}

function onlyReader({ outputs }: Node): Node | undefined {
  return outputs[0] && onlyConsumer(outputs[0]);
}

const hasConstant = ({ inputs }: Node): boolean => inputs.some((value) => constantOf(value) !== undefined);
