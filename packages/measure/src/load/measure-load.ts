/**
 * Models under requests that come when they come: at a fixed rate (`streaming`) or as a Poisson process (`server`).
 *
 * 1. Latency counts from the arrival that was scheduled, before anything ran; what a slow run makes the others wait is
 *    theirs. The schedule is drawn beforehand and waited for beside the session.
 * 2. The highest rate is found in three stages of real requests, each at the rate at which the runs of the one before
 *    would just have held (`replay.ts`); of a stream, at that of the typical run. The last and longest one decides it:
 *    the highest rate at which its own runs hold. Where it differs from that of the stage before, so large a difference
 *    between models is none.
 * 3. The models take turns in short blocks, and the first one is there twice, as in `latency.ts`; each session has a clock
 *    that stands between its turns, so that its queue goes on where it was.
 */

import type { Model } from "@pare/ir";
import {
  type Engine,
  type Progress,
  type Session,
  type SessionOptions,
  seededRandom,
  type Tensors,
  type TimedSession,
} from "@pare/pass";
import { noModelsError } from "../errors.ts";
import { latencyMetrics } from "../latency-metrics.ts";
import { type ModelLatency, summariseRuns } from "../latency-summary.ts";
import { noiseFloorOf, type SpeedMetric } from "../speed-metric.ts";
import { type RatioEstimate, ratioOfMedians } from "../stats/bootstrap.ts";
import { median, samplesNeeded } from "../stats/quantile.ts";
import { type WarmUp, warmUp } from "../warm-up.ts";
import { type Drops, differenceOfDrops, dropsOf } from "./drops.ts";
import { type Demand, estimateRate, type RateEstimate, ratioOfRates } from "./rate.ts";
import { highestRate, type Load } from "./replay.ts";
import { runStage, type SessionStage } from "./stage.ts";

export type LoadScenario =
  /** `rate`: requests a second, at which latency and drops are given. Undefined: at the highest rate found. */
  | { readonly kind: "streaming"; readonly rate?: number }
  /** `percentile` (99: p99) of the requests must take at most `boundMs`. */
  | { readonly kind: "server"; readonly boundMs: number; readonly percentile: number };

export interface LoadOptions {
  readonly scenario: LoadScenario;
  /** One for each model. */
  readonly inputs: readonly Tensors[];
  readonly session?: SessionOptions;
  /** Milliseconds for everything, about; default 20,000. */
  readonly budgetMs?: number;
  /** Of the schedule, the order of turns and the bootstrap. Default 0. */
  readonly seed?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface ModelLoad {
  readonly highestRate: RateEstimate;
  /** Requests a second in the stage that latency and drops are of: the one asked for, or one near the highest. */
  readonly rate: number;
  readonly latency: ModelLatency;
  /** Streaming: not run because a newer one had come. Server: beyond the bound. */
  readonly missed: Drops;
}

export interface LoadMeasurement {
  readonly scenario: LoadScenario;
  readonly models: readonly ModelLoad[];
  /** The highest rate; streaming at a given rate: latency and drops there. */
  readonly metrics: readonly SpeedMetric[];
  /** Of the first model against itself: its highest rate, the other way round. 1 where it has none. */
  readonly control: RatioEstimate;
  readonly noiseFloor: number;
  readonly warmUp: WarmUp;
  /** Rounds of turns in the last stage. */
  readonly rounds: number;
}

/** Of the requests of a stream: a rate that loses more does not keep up. */
export const allowedDrops = 0.01;
const warmUpShare = 0.15;
/** Of what is left, for the two stages that find the rate and the one that decides; where the rate is given, the second one. */
const stageShares = { found: [0.1, 0.2, 0.7], given: [0.1, 0.4, 0.5] } as const;

/** @throws MEASURE_MODELS; those of the engine */
export async function measureLoad(
  engine: Engine,
  models: readonly (Model | { readonly path: string })[],
  options: LoadOptions,
): Promise<LoadMeasurement> {
  const [first] = models;
  if (first === undefined) throw noModelsError();
  const sessions: Session[] = [];
  try {
    for (const model of [...models, first]) sessions.push(await engine.open(model, options.session));
    const timed = sessions.map((session, i) => ({ session, inputs: options.inputs[i % models.length]! }));
    return await measureSessions(engine, timed, options);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

async function measureSessions(
  engine: Engine,
  timed: readonly TimedSession[],
  options: LoadOptions,
): Promise<LoadMeasurement> {
  const { scenario, budgetMs = 20_000, seed = 0 } = options;
  const demand = demandOf(scenario);
  const warm = await warmUp(engine, timed, budgetMs * warmUpShare, options.signal ? { signal: options.signal } : {});
  const leftMs = budgetMs * (1 - warmUpShare);
  const given = scenario.kind === "streaming" ? scenario.rate : undefined;
  const shares = stageShares[given === undefined ? "found" : "given"];
  const stage = (index: number, rates: readonly number[]) =>
    runStage(
      engine,
      timed,
      { load: scenario.kind, rates, budgetMs: leftMs * shares[index]!, seed: seed + index },
      timingOptions(options, index),
    );
  const guess = warm.typicalMs.map((ms) => guessRate(demand, ms));
  const early = await stage(0, guess);
  const middleRates = early.map((each, i) => rateFrom(demand, each, warm.typicalMs[i]!));
  const middle = await stage(1, middleRates);
  const lastRates = middle.map((each, i) => given ?? rateFrom(demand, each, warm.typicalMs[i]!));
  const last = await stage(2, lastRates);
  const [before, deciding] = given === undefined ? [middle, last] : [early, middle];
  return summarise({ scenario, demand, before, deciding, last, lastRates, warm }, seed);
}

function demandOf(scenario: LoadScenario): Demand {
  if (scenario.kind === "streaming") return { load: { kind: "streaming" }, allowed: allowedDrops };
  const { boundMs, percentile } = scenario;
  return { load: { kind: "server", boundMs }, allowed: Number((1 - percentile / 100).toPrecision(12)) };
}

function timingOptions({ scenario, progress, signal }: LoadOptions, index: number) {
  const task = index < 2 ? `${scenario.kind}: finding the rate` : `${scenario.kind}: measuring`;
  return {
    ...(signal && { signal }),
    progress: (done: number, total: number) => progress?.report(task, done, total),
  };
}

/** Where every run took as long as the typical one. */
function guessRate({ load, allowed }: Demand, typicalMs: number): number {
  const count = Math.max(500, 4 * samplesNeeded(1 - allowed));
  const random = seededRandom(0);
  const gaps = [Float64Array.from({ length: count }, () => -Math.log(1 - random()))];
  const served = { servicesMs: [new Float64Array(count).fill(typicalMs)], gaps };
  return highestRate(load, allowed, served, Uint32Array.of(1)) || idleRate(typicalMs);
}

/** The rate at which the runs of a stage would just have held; a low one where none would. */
function rateFrom({ load, allowed }: Demand, { served }: SessionStage, typicalMs: number): number {
  // A stream is run at about its capacity, whatever stalls the machine had: so all stages are alike.
  if (load.kind === "streaming") return 1000 / median(served.servicesMs.flatMap((round) => [...round]));
  const once = new Uint32Array(served.servicesMs.length).fill(1);
  return highestRate(load, allowed, served, once) || idleRate(typicalMs);
}

const idleRate = (typicalMs: number) => 200 / typicalMs;

interface Stages {
  readonly scenario: LoadScenario;
  readonly demand: Demand;
  /** The stage before the one that decides the highest rate. */
  readonly before: readonly SessionStage[];
  /** By session; the last session is the control. */
  readonly deciding: readonly SessionStage[];
  readonly last: readonly SessionStage[];
  readonly lastRates: readonly number[];
  readonly warm: WarmUp;
}

function summarise(stages: Stages, seed: number): LoadMeasurement {
  const { scenario, demand, before, deciding, last, lastRates, warm } = stages;
  const base = deciding[0]!.served;
  const ratios = deciding.map(({ served }, i) =>
    i === 0 ? { ratio: 1, interval: undefined } : ratioOfRates(demand, { base, head: served }, seed),
  );
  const { control, noiseFloor } = controlOf(ratios.at(-1)!, changeBetween(demand, before, deciding));
  const models = last.slice(0, -1).map(
    (stage, i): ModelLoad => ({
      highestRate: estimateRate(demand, deciding[i]!.served, seed),
      rate: lastRates[i]!,
      latency: summariseRuns(stage.latenciesMs, 1),
      missed: missedIn(demand.load, stage),
    }),
  );
  const throughput: SpeedMetric = {
    key: "throughput",
    noiseFloor,
    models: models.map(({ highestRate: { value, interval, requests } }, i) => ({
      ...{ value, interval, samples: requests },
      change: i > 0 && isRatio(ratios[i]!) ? { kind: "ratio", ...ratios[i]! } : undefined,
    })),
  };
  const atRate = scenario.kind === "streaming" && scenario.rate !== undefined ? metricsAtRate(models, last, seed) : [];
  const rounds = last[0]!.requests.length;
  return { scenario, models, metrics: [throughput, ...atRate], control, noiseFloor, warmUp: warm, rounds };
}

/** Where the demand is met at some rate by both. */
const isRatio = ({ ratio }: RatioEstimate) => Number.isFinite(ratio) && ratio > 0;

/** Nothing can be told from anything where the first model does not meet the demand. */
function controlOf(control: RatioEstimate, change: number) {
  if (!isRatio(control)) return { control: { ratio: 1, interval: undefined }, noiseFloor: 1 };
  return { control, noiseFloor: Math.max(change, noiseFloorOf({ kind: "ratio", ...control })) };
}

/**
 * By how much the highest rate of any session changed from one stage to the next, at most tenfold. A machine that stalls
 * for about as much of the time as requests may be missed has a rate now and a fraction of it later; no resampling of one
 * stage shows that.
 */
function changeBetween(
  { load, allowed }: Demand,
  before: readonly SessionStage[],
  after: readonly SessionStage[],
): number {
  const rateOf = ({ served }: SessionStage) =>
    highestRate(load, allowed, served, new Uint32Array(served.servicesMs.length).fill(1));
  const changes = after.map((stage, i) => {
    const [old, now] = [rateOf(before[i]!), rateOf(stage)];
    return old > 0 && now > 0 ? Math.max(old / now, now / old) - 1 : mostChange;
  });
  return Math.min(mostChange, Math.max(...changes));
}

const mostChange = 9;

function missedIn(load: Load, { requests, missed, latenciesMs }: SessionStage): Drops {
  if (load.kind === "streaming") return dropsOf({ requests, missed });
  const late = latenciesMs.map((round) => round.filter((ms) => ms > load.boundMs).length);
  return dropsOf({ requests, missed: late });
}

/** Latency of what was not missed, from the rounds in which every session had some; and the share that was. */
function metricsAtRate(
  models: readonly ModelLoad[],
  stages: readonly SessionStage[],
  seed: number,
): readonly SpeedMetric[] {
  const isFull = (round: number) => stages.every(({ latenciesMs }) => latenciesMs[round]!.length > 0);
  const blocks = stages.map(({ latenciesMs }) => latenciesMs.filter((_, round) => isFull(round)));
  const [base, control] = [blocks[0]!, blocks.at(-1)!];
  const drops = models.map(({ missed }) => missed);
  const dropControl = differenceOfDrops(drops[0]!, dropsOf(stages.at(-1)!));
  const dropMetric: SpeedMetric = {
    key: "drops",
    noiseFloor: noiseFloorOf(dropControl),
    models: drops.map((each, i) => ({
      ...{ value: each.share, interval: each.interval, samples: each.requests },
      change: i === 0 ? undefined : differenceOfDrops(drops[0]!, each),
    })),
  };
  if (base.length === 0) return [dropMetric];
  const medianRatios = blocks.slice(0, -1).map((head) => ratioOfMedians({ base, head }, seed));
  const medianFloor = noiseFloorOf({ kind: "ratio", ...ratioOfMedians({ base, head: control }, seed) });
  const summaries = models.map(({ latency }, i) => ({ ...latency, blocksMs: blocks[i]! }));
  return [...latencyMetrics({ summaries, medianRatios, medianFloor, control }, seed), dropMetric];
}
