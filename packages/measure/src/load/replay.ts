/**
 * What a queue in front of one session does at a rate, from how long the session's runs took.
 *
 * The runs are those of requests that really came, by a schedule close to this one; only their arrivals move together or
 * apart. At the rate at which they came the replay gives the latencies that were measured.
 */

/** When requests come and which of them count as missed. */
export type Load =
  /** At equal distances, for a queue of one in which a newer request takes the place of the one that waits. */
  | { readonly kind: "streaming" }
  /** As a Poisson process; all wait in their order. Missed: those that take longer than the bound. */
  | { readonly kind: "server"; readonly boundMs: number };

/** What one session did under a load, by round. */
export interface Served {
  /** From when a run could begin (its request there, the run before ended) to its end, ms. */
  readonly servicesMs: readonly Float64Array[];
  /** Server: between each request and the one before, in units of the mean gap. */
  readonly gaps: readonly Float64Array[];
}

/** The queue starts empty: so large a share of the runs is not looked at. */
const settlingShare = 0.05;

/** Counts for one rate. */
export interface Misses {
  readonly requests: number;
  readonly missed: number;
}

/**
 * @param draws how often each round counts; its runs come as often, one time after another
 * @param byRound is added to where given: the misses of each round
 */
export function replay(load: Load, served: Served, rate: number, draws: Uint32Array, byRound?: Float64Array): Misses {
  return load.kind === "streaming"
    ? replayNewest(served, rate, draws, byRound)
    : replayAll(served, { rate, boundMs: load.boundMs }, draws, byRound);
}

function replayAll(
  { servicesMs, gaps }: Served,
  { rate, boundMs }: { readonly rate: number; readonly boundMs: number },
  draws: Uint32Array,
  byRound?: Float64Array,
): Misses {
  const meanGapMs = 1000 / rate;
  const settling = Math.floor(settlingShare * countOf(servicesMs, draws));
  let [seen, missed, arrival, free] = [0, 0, 0, 0];
  for (const [round, services] of servicesMs.entries())
    for (let copy = 0; copy < draws[round]!; copy++)
      for (let i = 0; i < services.length; i++) {
        arrival += gaps[round]![i]! * meanGapMs;
        free = Math.max(arrival, free) + services[i]!;
        if (++seen <= settling || free - arrival <= boundMs) continue;
        missed++;
        if (byRound) byRound[round]!++;
      }
  return { requests: seen - settling, missed };
}

function replayNewest({ servicesMs }: Served, rate: number, draws: Uint32Array, byRound?: Float64Array): Misses {
  const gapMs = 1000 / rate;
  // `next`: the first request that has neither run nor been missed.
  let [next, free, missed] = [0, 0, 0];
  for (const [round, services] of servicesMs.entries())
    for (let copy = 0; copy < draws[round]!; copy++)
      for (let i = 0; i < services.length; i++) {
        const newest = Math.max(next, Math.floor(free / gapMs));
        missed += newest - next;
        if (byRound) byRound[round]! += newest - next;
        free = Math.max(free, newest * gapMs) + services[i]!;
        next = newest + 1;
      }
  return { requests: next, missed };
}

function countOf(rounds: readonly Float64Array[], draws: Uint32Array): number {
  return rounds.reduce((sum, round, i) => sum + round.length * draws[i]!, 0);
}

export function meanServiceMs({ servicesMs }: Served, draws: Uint32Array): number {
  let total = 0;
  for (const [round, services] of servicesMs.entries())
    if (draws[round]! > 0) total += draws[round]! * services.reduce((sum, each) => sum + each, 0);
  return total / countOf(servicesMs, draws);
}

/** Relative steps of the search: below any interval that a measurement of seconds can have. */
const resolution = 0.0005;

/**
 * The highest rate, requests a second, at which at most a share of `allowed` is missed; 0 where there is none. With a
 * queue that keeps all it is at most one request for each mean run: beyond that the queue only grows, however far away
 * the bound is.
 */
export function highestRate(load: Load, allowed: number, served: Served, draws: Uint32Array): number {
  const capacity = 1000 / meanServiceMs(served, draws);
  const holds = (rate: number) => {
    const { requests, missed } = replay(load, served, rate, draws);
    return missed <= allowed * requests;
  };
  let high = load.kind === "server" ? capacity : (1.05 * capacity) / (1 - allowed);
  if (load.kind === "server" && holds(capacity)) return capacity;
  let low = 0.7 * high;
  for (; !holds(low); low /= 2) {
    if (low < capacity / 1000) return 0;
    high = low;
  }
  while (high / low > 1 + resolution) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
