import type { Note } from "@pare/pass";
import type { Placement } from "../contract.ts";
import { nameOf } from "../node-names.ts";
import type { WrittenQdq } from "../qdq/write.ts";

/** What was done, what stayed float and why: one note a reason. */
export function placementNotes(
  { decisions, target, weights, ends }: Placement,
  { widened }: WrittenQdq,
): readonly Note[] {
  const integer = [...decisions].filter(([, { kind }]) => kind !== "float");
  const notes: Note[] = [
    {
      kind: "changed",
      text: `${integer.length} of ${decisions.size} nodes integer for ${target.name}, ${weights.length} weights quantized`,
    },
  ];
  for (const [reason, names] of floatReasons(decisions))
    notes.push({ kind: "left", text: `${names.length} in float: ${reason}`, subjects: names });
  const integerEnds = [...new Set([...ends.first, ...ends.last])].filter(
    (node) => decisions.get(node)?.kind === "integer",
  );
  if (integerEnds.length > 0) notes.push(endsNote(integerEnds.map(nameOf)));
  if (widened.length > 0)
    notes.push({ kind: "info", text: "weight scales widened so that a bias fits 32 bits", subjects: widened });
  return notes;
}

function endsNote(names: readonly string[]): Note {
  const some = names.slice(0, 2).join(", ");
  const text = `first and last layers are integer, too (${some}${names.length > 2 ? ", …" : ""}): ends: float would keep them`;
  return { kind: "info", text, subjects: names };
}

function floatReasons(decisions: Placement["decisions"]): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const [node, { kind, reason }] of decisions) {
    if (kind !== "float") continue;
    reasons.set(reason, [...(reasons.get(reason) ?? []), nameOf(node)]);
  }
  return reasons;
}
