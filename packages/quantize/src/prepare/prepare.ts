/**
 * Rewrites that change a model's outputs by rounding alone, and let more of it run as integers. They come before `place`.
 *
 * - MatMul and the Add of a bias become a Gemm, so that the bias is added in the integer kernel (`form-gemms`).
 * - A mean over all places becomes a global pool, which has an integer kernel (`form-pools`).
 * - Batch normalization that no convolution takes in becomes a convolution of one weight a channel (`form-convolutions`).
 */
import type { Model, Node } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import type { Note } from "@pare/pass";
import type { Target } from "../targets/target.ts";
import { formConvolutions } from "./form-convolutions.ts";
import { formGemms } from "./form-gemms.ts";
import { formPools } from "./form-pools.ts";

/** `keepFloat` gives a reason for a node that must stay as it is. Notes: one for each kind of rewrite that was made. */
export function prepare(
  model: Model,
  target: Target,
  keepFloat: (node: Node) => string | undefined = () => undefined,
): readonly Note[] {
  const may = (node: Node) => keepFloat(node) === undefined;
  const has = (op: string) => target.operators[op] !== undefined;
  const notes: Note[] = [];
  const note = (made: readonly string[], text: string) => {
    if (made.length > 0) notes.push({ kind: "changed", text: `${text}: ${made.length}`, subjects: made });
  };
  if (has("onnx.Gemm")) note(formGemms(model, inferTypes(model), may), "MatMul and Add became a Gemm with a bias");
  if (has("onnx.GlobalAveragePool"))
    note(formPools(model, inferTypes(model), may), "means over all places became global pools");
  if (has("onnx.Conv"))
    note(formConvolutions(model, inferTypes(model), may), "batch normalizations became convolutions");
  return notes;
}
