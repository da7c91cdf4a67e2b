/** Where the time of a run goes, by node of the model as it was before the runtime rewrote it. */
import type { Profile } from "@pare/pass";

/**
 * Microseconds a run by key. The runtime names what it makes of a node after it, with something behind
 * ("conv1" → "conv1_nchwc", "conv1_token_4"), and what quantizes a value after the value: the longest key that such a
 * name begins with is taken. What it makes up by itself belongs to no key, "".
 */
export function timesByKey({ events, runs }: Profile, keys: Iterable<string>): ReadonlyMap<string, number> {
  const known = new Set(keys);
  const times = new Map<string, number>();
  for (const [event, durations] of durationsOf(events)) {
    const key = longestKey(event, known) ?? "";
    times.set(key, (times.get(key) ?? 0) + (undisturbed(durations) * durations.length) / Math.max(1, runs));
  }
  return times;
}

function durationsOf(events: Profile["events"]): ReadonlyMap<string, number[]> {
  const all = new Map<string, number[]>();
  for (const { node, durationUs } of events) {
    const known = all.get(node);
    if (known === undefined) all.set(node, [durationUs]);
    else known.push(durationUs);
  }
  return all;
}

const follows = /^(?:_|\/|$)/;

function longestKey(event: string, known: ReadonlySet<string>): string | undefined {
  for (let length = event.length; length > 0; length--) {
    if (!follows.test(event.slice(length))) continue;
    const key = event.slice(0, length);
    if (known.has(key)) return key;
  }
  return undefined;
}

/** The lower quartile: what other work on the machine holds up takes longer, and half of the runs may be. */
function undisturbed(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 2]!;
}
