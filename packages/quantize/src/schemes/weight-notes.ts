import type { Note } from "@pare/pass";

/** Σ w² ÷ Σ (w − ŵ)² as a clause for a note. */
export function errorText(signal: number, noise: number): string {
  if (noise === 0) return "nothing is lost";
  return `signal to noise of the weights ${(10 * Math.log10(signal / noise)).toFixed(1)} dB`;
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
