import { graphsWithin, type Model, type Node } from "@pare/ir";
import type { Note } from "@pare/pass";
import { nameOf } from "../node-names.ts";
import type { Target } from "../targets/target.ts";

export interface DynamicFacts {
  /** Operators of the nodes that were quantized. */
  readonly types: readonly string[];
  readonly left: readonly { readonly node: Node; readonly reason: string }[];
  /** Of the weights. */
  readonly snrDb: number;
}

/** What was done, what stays float and why: one note a reason. */
export function dynamicNotes(model: Model, target: Target, { types, left, snrDb }: DynamicFacts): Note[] {
  const notes: Note[] = [];
  if (types.length > 0) {
    const error = Number.isFinite(snrDb) ? `; signal to noise of the weights ${snrDb.toFixed(1)} dB` : "";
    notes.push({
      kind: "changed",
      text: `quantized ${countsOf(types)} for ${target.name}; their inputs are quantized at run time${error}`,
    });
    notes.push({
      kind: "info",
      text: "the range of an input is that of the whole tensor in each run: what a sample gives depends on its batch",
    });
  } else notes.push({ kind: "info", text: "left as it is: no MatMul, Gemm or LSTM that can be quantized" });
  const reasons = new Map<string, string[]>();
  for (const { node, reason } of left) reasons.set(reason, [...(reasons.get(reason) ?? []), nameOf(node)]);
  for (const [reason, subjects] of reasons)
    notes.push({ kind: "left", text: `${subjects.length} in float: ${reason}`, subjects });
  return [...notes, ...functionNotes(model)];
}

const operators = new Set(["onnx.MatMul", "onnx.Gemm", "onnx.LSTM"]);

/** Weights reach a function as its inputs: in its body no product has a constant. */
function functionNotes({ functions }: Model): readonly Note[] {
  const holding = functions.filter(({ body }) =>
    [...graphsWithin(body)].some(({ nodes }) => [...nodes].some(({ op }) => operators.has(op))),
  );
  if (holding.length === 0) return [];
  const text = `${holding.length} functions in float: what they compute is not looked at; simplify puts small ones where they are called`;
  return [{ kind: "left", text, subjects: holding.map(({ name }) => name) }];
}

/** "12 MatMul and 1 LSTM", the most frequent first. */
function countsOf(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([type, count]) => `${count} ${type}`);
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : (parts[0] ?? "");
}
