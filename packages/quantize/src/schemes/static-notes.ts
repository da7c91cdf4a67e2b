import type { Node } from "@pare/ir";
import type { Note } from "@pare/pass";
import type { Decision, Placement } from "../contract.ts";
import { nameOf } from "../node-names.ts";
import { noKernel } from "../placement/refusals.ts";
import type { WrittenQdq } from "../qdq/write.ts";
import type { Target } from "../targets/target.ts";

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
  const fewerBits = fewerBitsOf(weights);
  if (fewerBits !== undefined) notes.push(bitsNote(fewerBits, target));
  const unable = [...decisions].filter(isWithoutKernel(target)).map(([node]) => node);
  const grids = unable.filter(({ type }) => type === "QuantizeLinear" || type === "DequantizeLinear");
  if (grids.length > 0) notes.push({ kind: "left", text: `${quantizedAlready} (${grids.length} Q and DQ)` });
  const others = unable.filter((node) => !grids.includes(node));
  if (others.length > 0) notes.push(kernelNote(target, others));
  for (const [reason, names] of floatReasons(decisions, new Set(unable)))
    notes.push({ kind: "left", text: `${names.length} in float: ${reason}`, subjects: names });
  const integerEnds = [...new Set([...ends.first, ...ends.last])].filter(
    (node) => decisions.get(node)?.kind === "integer",
  );
  if (integerEnds.length > 0) notes.push(endsNote(integerEnds.map(nameOf)));
  if (target.weight.form === "pair" && weights.length > 0) notes.push({ kind: "info", text: pairNote(target) });
  if (widened.length > 0)
    notes.push({ kind: "info", text: "weight scales widened so that a bias fits 32 bits", subjects: widened });
  return notes;
}

const quantizedAlready =
  "the model is quantized already, and what is stays as it is: give the float model for anything else";

/** Of weights that do not use all bits of their type. */
function fewerBitsOf(weights: Placement["weights"]): number | undefined {
  return weights.find(({ spec: { type, bits = 8 } }) => type.endsWith("8") && bits < 8)?.spec.bits;
}

function bitsNote(bits: number, { name, weight }: Target): Note {
  const why = bits === weight.bits ? `pairs of products of 8 bits saturate on ${name}` : "stored in bytes all the same";
  return { kind: "info", text: `weights have ${bits} bits: ${why}` };
}

const pairNote = ({ name }: Target) =>
  `${name} takes weights as float32 and makes the integers itself when it builds its engine: the file is no smaller`;

function endsNote(names: readonly string[]): Note {
  const some = names.slice(0, 2).join(", ");
  const text = `first and last layers are integer, too (${some}${names.length > 2 ? ", …" : ""}): ends: float would keep them`;
  return { kind: "info", text, subjects: names };
}

const isWithoutKernel =
  (target: Target) =>
  ([node, { kind, reason }]: readonly [Node, Decision]): boolean =>
    kind === "float" && reason === noKernel(target, node);

/** One line for all operators, the most frequent first: a detector has twenty of them. */
function kernelNote({ name, operators }: Target, nodes: readonly Node[]): Note {
  const counts = new Map<string, number>();
  for (const { type } of nodes) counts.set(type, (counts.get(type) ?? 0) + 1);
  const byCount = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => (counts.size === 1 ? type : `${count} ${type}`));
  const which = Object.keys(operators).length === 0 ? "s" : ` for ${byCount.join(", ")}`;
  const text = `${nodes.length} in float: ${name} has no integer kernel${which}`;
  return { kind: "left", text, subjects: nodes.map(nameOf) };
}

function floatReasons(
  decisions: Placement["decisions"],
  others: ReadonlySet<Node>,
): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const [node, { kind, reason }] of decisions) {
    if (kind !== "float" || others.has(node)) continue;
    reasons.set(reason, [...(reasons.get(reason) ?? []), nameOf(node)]);
  }
  return reasons;
}
