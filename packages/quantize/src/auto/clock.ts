/**
 * The time that a search may take. A step is begun only where what it is expected to cost fits into what is left, and is
 * stopped where it takes longer: so the end is late by what cannot be stopped, one unit of work in this process.
 */
import type { Tools } from "@pare/pass";

export interface Clock {
  /** Milliseconds until the end, less what the end itself needs. Negative: it is past. */
  leftMs(): number;
  /** Keeps so many milliseconds for what comes after the search. */
  reserve(ms: number): void;
  /**
   * What `work` gives; undefined where there was no time for it, or not enough: `what` is then among `leftOut`.
   * @param expectedMs what it is likely to take; 0 where nothing is known
   * @param work is given tools that stop when the time is up
   */
  during<T>(what: string, expectedMs: number, tools: Tools, work: (tools: Tools) => Promise<T>): Promise<T | undefined>;
  /** What there was no time for, in order. */
  leftOut(): readonly string[];
}

/** @param maxMs from now on */
export function startClock(maxMs: number): Clock {
  const end = performance.now() + maxMs;
  const leftOut = new Set<string>();
  let reservedMs = 0;
  const leftMs = () => end - reservedMs - performance.now();
  return {
    leftMs,
    leftOut: () => [...leftOut],
    reserve(ms) {
      reservedMs = Math.min(ms, maxMs / 2);
    },
    async during(what, expectedMs, tools, work) {
      const left = leftMs();
      if (left <= expectedMs) {
        leftOut.add(what);
        return undefined;
      }
      const stop = AbortSignal.timeout(Math.ceil(left));
      try {
        return await work(tools.within?.(stop) ?? tools);
      } catch (error) {
        if (!stop.aborted || tools.signal.aborted) throw error;
        leftOut.add(what);
        return undefined;
      }
    },
  };
}
