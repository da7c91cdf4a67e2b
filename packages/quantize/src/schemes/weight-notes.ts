import type { Note } from "@pare/pass";

/** A ratio of powers: 1000 is "30.0 dB". */
export function decibels(ratio: number): string {
  return `${(10 * Math.log10(ratio)).toFixed(1)} dB`;
}

export function countedWeights(count: number): string {
  return count === 1 ? "1 weight" : `${count} weights`;
}

/** One note a reason, in the order in which reasons came up. */
export function leftNotes(left: readonly { readonly name: string; readonly reason: string }[]): readonly Note[] {
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of left) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  return [...reasons].map(([reason, subjects]) => ({
    kind: "left",
    text: `${countedWeights(subjects.length)}: ${reason}`,
    subjects,
  }));
}
