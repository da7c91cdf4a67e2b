/** A Cast of a Cast goes straight to its type where the first loses nothing of what it was given. */
import { type DType, dtypes } from "@pare/tensor";
import { bypass } from "./bypass.ts";
import type { Rewriting, Rule } from "./rule.ts";

/** Significant bits and range, for the question whether every value of one type is a value of another. */
const floats: Partial<Record<DType, { digits: number; exponent: number }>> = {
  float16: { digits: 11, exponent: 5 },
  bfloat16: { digits: 8, exponent: 8 },
  float32: { digits: 24, exponent: 8 },
  float64: { digits: 53, exponent: 11 },
};

/** Whether every value of type `from` is a value of type `to`. */
export function holdsAll(from: DType, to: DType): boolean {
  if (from === to) return true;
  const [a, b] = [floats[from], floats[to]];
  if (a !== undefined && b !== undefined) return b.digits >= a.digits && b.exponent >= a.exponent;
  const { kind, bits } = dtypes[from];
  if (kind === "bool") return dtypes[to].kind === "int" || dtypes[to].kind === "uint" || b !== undefined;
  if ((kind !== "int" && kind !== "uint") || bits === undefined) return false;
  const width = kind === "int" ? bits - 1 : bits;
  if (b !== undefined) return b.digits >= width && b.exponent >= 8;
  const target = dtypes[to];
  if (target.kind === "int") return target.bits - 1 >= width;
  return target.kind === "uint" && kind === "uint" && target.bits >= bits;
}

const mergePair: Rule = {
  ops: ["onnx.Cast"],
  inFunctions: true,
  apply(node, scene) {
    const origin = node.inputs[0]?.origin;
    const inner = origin?.kind === "output" && origin.node.op === "onnx.Cast" ? origin.node : undefined;
    const source = inner?.inputs[0];
    const from = scene.dtype(source);
    const middle = scene.dtype(node.inputs[0]);
    if (inner === undefined || source === undefined || inner.graph !== node.graph) return false;
    if (from === undefined || middle === undefined || !holdsAll(from, middle)) return false;
    if (from === scene.dtype(node.outputs[0])) return bypass(node, source, scene, "removed a Cast there and back");
    return scene.rewrite(node, "let a Cast read what the one before it read", (edit) => {
      const before = node.inputs;
      edit.setInputs(node, [source]);
      return before;
    });
  },
};

export const mergeCasts: Rewriting = {
  name: "simplify/merge-casts",
  summary: "Merge a Cast with one before it that loses nothing",
  promise: "exact",
  rules: [mergePair],
};
