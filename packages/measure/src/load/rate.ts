import { effectiveCount } from "../stats/autocorrelation.ts";
import { type RatioEstimate, resampledRatio } from "../stats/bootstrap.ts";
import type { Interval } from "../stats/interval.ts";
import { confidence } from "../stats/interval.ts";
import { samplesNeeded } from "../stats/quantile.ts";
import { highestRate, type Load, replay, type Served } from "./replay.ts";

/** A load and the share of requests that may be missed under it. */
export interface Demand {
  readonly load: Load;
  readonly allowed: number;
}

export interface RateEstimate {
  /** Requests a second. 0: the demand is not met at any. */
  readonly value: number;
  /** Undefined where too few requests came to see so small a share. */
  readonly interval: Interval | undefined;
  /** Requests that it stands on, and those that it takes. */
  readonly requests: number;
  readonly neededRequests: number;
}

const defaultResamples = 300;
/**
 * Requests beyond a bound come in a few crowds, of which a resample has no new ones: bootstrap intervals of a queue's
 * rate are too narrow by up to this (simulated: `npm run bench:coverage`).
 */
const queueStretch = 1.4;
/** So many times the bound must have been seen: in less a queue hardly has the time to grow that far. */
const boundsSeen = 50;

/**
 * The highest rate, with a bootstrap over rounds. Where rounds are like those before them (a queue that has grown takes
 * its time to shrink) the interval is stretched accordingly.
 */
export function estimateRate(
  { load, allowed }: Demand,
  served: Served,
  seed: number,
  resamples = defaultResamples,
): RateEstimate {
  const rounds = served.servicesMs.length;
  const once = new Uint32Array(rounds).fill(1);
  const value = highestRate(load, allowed, served, once);
  const misses = new Float64Array(rounds);
  const { requests } = replay(load, served, value || 1, once, misses);
  const neededRequests = requestsNeeded({ load, allowed }, value);
  const stretch = (load.kind === "server" ? queueStretch : 1) * Math.sqrt(rounds / effectiveCount(misses));
  const isSound = value > 0 && requests >= neededRequests;
  const { interval } = resampledRatio(rounds, (draws) => highestRate(load, allowed, served, draws), {
    ...{ seed, resamples: isSound ? resamples : 0, stretch, confidence },
  });
  return { value, interval, requests, neededRequests };
}

/** Those that bound the percentile; of a server also as many as come while the queue has the time to grow to the bound. */
function requestsNeeded({ load, allowed }: Demand, rate: number): number {
  const bounding = samplesNeeded(1 - allowed);
  return load.kind === "streaming"
    ? bounding
    : Math.max(bounding, Math.ceil((boundsSeen * load.boundMs * rate) / 1000));
}

/** The ratio of two streams holds for fewer: what few requests make of the rate they make of both. */
function requestsToCompare(demand: Demand, rate: number): number {
  return demand.load.kind === "streaming" ? Math.ceil(1 / demand.allowed) : requestsNeeded(demand, rate);
}

/** The base's highest rate ÷ the head's: of times, as it were, so that less is better. */
export function ratioOfRates(
  { load, allowed }: Demand,
  { base, head }: { readonly base: Served; readonly head: Served },
  seed: number,
  resamples = defaultResamples,
): RatioEstimate {
  const rounds = base.servicesMs.length;
  const rate = (served: Served, draws: Uint32Array) => highestRate(load, allowed, served, draws);
  const once = new Uint32Array(rounds).fill(1);
  const isKnown = [base, head].every(
    (served) => rate(served, once) > 0 && countOf(served) >= requestsToCompare({ load, allowed }, rate(served, once)),
  );
  return resampledRatio(rounds, (draws) => rate(base, draws) / rate(head, draws), {
    ...{ seed, resamples: isKnown ? resamples : 0, confidence },
    stretch: Math.sqrt(rounds / effectiveCount(roundRatios(base, head))),
  });
}

const countOf = ({ servicesMs }: Served) => servicesMs.reduce((sum, { length }) => sum + length, 0);

/** Logarithm of the mean run of the head ÷ that of the base, by round; 0 where one of them has no run. */
function roundRatios(base: Served, head: Served): Float64Array {
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  return Float64Array.from(base.servicesMs, (services, i) => {
    const others = head.servicesMs[i]!;
    if (services.length === 0 || others.length === 0) return 0;
    return Math.log((total(others) / others.length) * (services.length / total(services)));
  });
}
