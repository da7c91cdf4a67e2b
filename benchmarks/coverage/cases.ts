/**
 * How often an interval holds the true value, in simulation: each case draws samples whose truth is known and asks the
 * program for its interval.
 */
import { type Interval, percentile, proportionInterval, ratioOfMedians, ratioOfPercentiles } from "@pare/measure";
import { seededRandom } from "@pare/pass";
import { type Demand, estimateRate, ratioOfRates } from "../../packages/measure/src/load/rate.ts";
import { highestRate, type Served } from "../../packages/measure/src/load/replay.ts";
import { macroRate } from "../../packages/measure/src/metrics/confusion.ts";
import { estimate } from "../../packages/measure/src/metrics/estimate.ts";
import { rocAuc } from "../../packages/measure/src/metrics/ranking.ts";
import { effectiveCountAbove } from "../../packages/measure/src/stats/autocorrelation.ts";
import { median, medianInterval } from "../../packages/measure/src/stats/quantile.ts";
import { meanOf } from "../../packages/measure/src/stats/statistic.ts";

export interface CoverageCase {
  readonly name: string;
  readonly truth: number;
  /** Of the coverage. */
  readonly range: readonly [low: number, high: number];
  draw(random: () => number): Interval | undefined;
}

const usual = [0.93, 0.98] as const;
const nearEdge = [0.9, 1] as const;

function proportion(truth: number, n: number, range: CoverageCase["range"]): CoverageCase {
  const draw = (random: () => number) => {
    let successes = 0;
    for (let i = 0; i < n; i++) if (random() < truth) successes++;
    return proportionInterval(successes, n);
  };
  return { name: `proportion ${truth}, n = ${n}`, truth, range, draw };
}

/** exp of a normal series, independent or with a correlation of 0.5 between neighbours; its median is 1. */
function lognormal(random: () => number, length: number, isCorrelated: boolean): Float64Array {
  const carry = isCorrelated ? 0.5 : 0;
  let state = normal(random);
  return Float64Array.from({ length }, () => {
    state = carry * state + Math.sqrt(1 - carry ** 2) * normal(random);
    return Math.exp(0.3 * state);
  });
}

function medianCase(isCorrelated: boolean): CoverageCase {
  const draw = (random: () => number) => {
    const values = lognormal(random, 300, isCorrelated);
    return medianInterval(values, Math.floor(effectiveCountAbove(values, median(values))));
  };
  return { name: `median, lognormal${series(isCorrelated)}, n = 300`, truth: 1, range: usual, draw };
}

/** 40 rounds of 5 runs each; the head takes 1.1 times as long. */
function ratioCase(isCorrelated: boolean): CoverageCase {
  const blocks = (all: Float64Array, factor: number) =>
    Array.from({ length: 40 }, (_, i) => all.subarray(5 * i, 5 * i + 5).map((value) => factor * value));
  const draw = (random: () => number) => {
    const base = blocks(lognormal(random, 200, isCorrelated), 1);
    const head = blocks(lognormal(random, 200, isCorrelated), 1.1);
    return ratioOfMedians({ base, head }, Math.floor(random() * 2 ** 32)).interval;
  };
  return { name: `ratio of medians, lognormal${series(isCorrelated)}, 40 × 5`, truth: 1.1, range: usual, draw };
}

/** p99 of 2,000 runs: exp(0.3 × 2.3263). */
function percentileCase(isCorrelated: boolean): CoverageCase {
  const draw = (random: () => number) => {
    const values = lognormal(random, 2000, isCorrelated);
    const limit = percentile(values, 0.99)!.value;
    return percentile(values, 0.99, Math.floor(effectiveCountAbove(values, limit)))?.interval;
  };
  return { name: `p99, lognormal${series(isCorrelated)}, n = 2000`, truth: 2.00944, range: usual, draw };
}

/** 40 rounds of 25 runs each; the head takes 1.1 times as long. These intervals are to hold 99 times in 100. */
function percentileRatioCase(isCorrelated: boolean): CoverageCase {
  const blocks = (all: Float64Array, factor: number) =>
    Array.from({ length: 40 }, (_, i) => all.subarray(25 * i, 25 * i + 25).map((value) => factor * value));
  const draw = (random: () => number) => {
    const base = blocks(lognormal(random, 1000, isCorrelated), 1);
    const head = blocks(lognormal(random, 1000, isCorrelated), 1.1);
    return ratioOfPercentiles({ base, head }, 0.9, Math.floor(random() * 2 ** 32), 1000).interval;
  };
  return { name: `ratio of p90, lognormal${series(isCorrelated)}, 40 × 25`, truth: 1.1, range: [0.97, 1], draw };
}

/** Runs of about a millisecond whose neighbours resemble each other, and requests of a Poisson process. */
function servedRuns(random: () => number, rounds: number, runs: number): Served {
  const services = lognormal(random, rounds * runs, true).map((value) => value ** (1 / 6));
  const slice = (all: Float64Array) => Array.from({ length: rounds }, (_, i) => all.subarray(runs * i, runs * (i + 1)));
  return { servicesMs: slice(services), gaps: slice(services.map(() => -Math.log(1 - random()))) };
}

const loads = {
  stream: { load: { kind: "streaming" }, allowed: 0.01 },
  "server, p99 within 5 ms": { load: { kind: "server", boundMs: 5 }, allowed: 0.01 },
} as const satisfies Readonly<Record<string, Demand>>;

/** A search for a rate each: the program takes 300. */
const fewResamples = 100;

/** Its truth is the rate of a run a thousand times as long. Of a queue the interval is wide on purpose. */
function rateCase(name: keyof typeof loads): CoverageCase {
  const demand = loads[name];
  const long = servedRuns(seededRandom(1), 1, 2_000_000);
  const truth = highestRate(demand.load, demand.allowed, long, Uint32Array.of(1));
  const draw = (random: () => number) =>
    estimateRate(demand, servedRuns(random, 40, 50), Math.floor(random() * 2 ** 32), fewResamples).interval;
  return { name: `highest rate, ${name}, 40 × 50`, truth, range: nearEdge, draw };
}

function rateRatioCase(name: keyof typeof loads): CoverageCase {
  const draw = (random: () => number) => {
    const [base, head] = [servedRuns(random, 40, 50), servedRuns(random, 40, 50)] as const;
    return ratioOfRates(loads[name], { base, head }, Math.floor(random() * 2 ** 32), fewResamples).interval;
  };
  return { name: `ratio of highest rates, ${name}, 40 × 50`, truth: 1, range: nearEdge, draw };
}

/** A skewed loss: exp of a standard normal, its mean is √e. */
function meanCase(n: number): CoverageCase {
  const draw = (random: () => number) => {
    const losses = Float64Array.from({ length: n }, () => Math.exp(normal(random)));
    return estimate([meanOf(losses)], 0)[0]!.interval;
  };
  return { name: `mean, lognormal, n = ${n}`, truth: Math.exp(0.5), range: usual, draw };
}

const series = (isCorrelated: boolean) => (isCorrelated ? " AR(0.5)" : "");
const positiveShare = 0.02;

/** Two normal distributions, one standard deviation apart: the area is Φ(1/√2). */
function aucCase(n: number): CoverageCase {
  const draw = (random: () => number) => {
    const positives = Uint8Array.from({ length: n }, () => (random() < positiveShare ? 1 : 0));
    const scores = Float64Array.from(positives, (positive) => normal(random) + positive);
    return estimate([rocAuc({ scores, positives })], 0)[0]!.interval;
  };
  return { name: `AUC, 2 % positives, n = ${n}`, truth: 0.7602499, range: usual, draw };
}

/** 70 % of positives are found, 0.6 % of negatives are taken for one. */
function macroF1Case(n: number): CoverageCase {
  const [recall, falseRate] = [0.7, 0.006];
  const [hits, misses] = [positiveShare * recall, positiveShare * (1 - recall)];
  const [alarms, rest] = [(1 - positiveShare) * falseRate, (1 - positiveShare) * (1 - falseRate)];
  const truth = hits / (2 * hits + misses + alarms) + rest / (2 * rest + misses + alarms);
  const draw = (random: () => number) => {
    const labels = Int32Array.from({ length: n }, () => (random() < positiveShare ? 1 : 0));
    const predictions = labels.map((label) => (random() < (label === 1 ? recall : falseRate) ? 1 : 0));
    const none = new Float64Array(0);
    const outcomes = {
      kind: "class" as const,
      classes: ["no", "yes"],
      labels,
      predictions,
      ranks: labels,
      losses: none,
      confidences: new Float32Array(0),
    };
    return estimate([macroRate("f1", outcomes)], Math.floor(random() * 2 ** 32))[0]!.interval;
  };
  return { name: `macro-F1, 2 % positives, n = ${n}`, truth, range: usual, draw };
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export const coverageCases: readonly CoverageCase[] = [
  ...[0.5, 0.8, 0.95].flatMap((truth) => [100, 500, 10_000].map((n) => proportion(truth, n, usual))),
  ...[0.98, 0.999].flatMap((truth) => [100, 500].map((n) => proportion(truth, n, nearEdge))),
  ...[false, true].flatMap((correlated) => [medianCase(correlated), ratioCase(correlated)]),
  ...[false, true].flatMap((correlated) => [percentileCase(correlated), percentileRatioCase(correlated)]),
  ...(["stream", "server, p99 within 5 ms"] as const).flatMap((name) => [rateCase(name), rateRatioCase(name)]),
  meanCase(1000),
  ...[1000, 5000].flatMap((n) => [aucCase(n), macroF1Case(n)]),
];

export interface Coverage {
  readonly share: number;
  /** Mean of high − low. */
  readonly width: number;
}

/** A draw without an interval counts as one that misses. */
export function coverageOf({ truth, draw }: CoverageCase, draws: number, seed: number): Coverage {
  const random = seededRandom(seed);
  let [held, width] = [0, 0];
  for (let i = 0; i < draws; i++) {
    const found = draw(random);
    if (found === undefined) continue;
    if (found.low <= truth && truth <= found.high) held++;
    width += (found.high - found.low) / draws;
  }
  return { share: held / draws, width };
}
