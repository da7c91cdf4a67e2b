import type { Engine, TimedSession, TimingOptions } from "@pare/pass";
import { seededRandom } from "@pare/pass";
import type { Load, Served } from "./replay.ts";

/** Each session under its own rate, taking turns for a while. */
export interface StagePlan {
  readonly load: Load["kind"];
  /** Requests a second, by session. */
  readonly rates: readonly number[];
  /** Milliseconds for all sessions together. */
  readonly budgetMs: number;
  readonly seed: number;
}

/** What one session did in a stage. */
export interface SessionStage {
  readonly served: Served;
  /** By round, without those that were missed. */
  readonly latenciesMs: readonly Float64Array[];
  /** By round. */
  readonly requests: readonly number[];
  readonly missed: readonly number[];
}

const mostRounds = 40;
const fewestRounds = 6;
/** A turn of fewer milliseconds is mostly change of turns. */
const leastTurnMs = 20;
/** So many at least, where the budget has room for six rounds of them: the first of a turn finds the caches cold. */
const requestsATurn = 3;
/** Of one session: more hardly narrow the interval, and the bootstrap takes longer than they did. */
const mostRequests = 40_000;

/** How many requests a turn of each session has, and how many rounds of turns there are. */
export function planTurns({ rates, budgetMs }: Pick<StagePlan, "rates" | "budgetMs">) {
  const shareMs = budgetMs / rates.length;
  const longestGapMs = 1000 / Math.min(...rates);
  const affordable = Math.floor(shareMs / Math.max(leastTurnMs, requestsATurn * longestGapMs));
  const rounds = Math.min(mostRounds, Math.max(fewestRounds, affordable));
  const turnMs = shareMs / rounds;
  const limit = Math.floor(mostRequests / rounds);
  const requests = rates.map((rate) => Math.min(limit, Math.max(1, Math.round((turnMs * rate) / 1000))));
  return { rounds, requests };
}

/** @throws those of the engine */
export async function runStage(
  engine: Engine,
  sessions: readonly TimedSession[],
  plan: StagePlan,
  options: TimingOptions,
): Promise<readonly SessionStage[]> {
  const { rounds, requests } = planTurns(plan);
  const gaps = requests.map((count) => gapsOf(plan, rounds, count));
  const arrivalsUs = gaps.map((byRound, i) => arrivalsOf(byRound, 1e6 / plan.rates[i]!));
  const { latenciesUs } = await engine.serve(
    sessions,
    {
      arrivalsUs,
      queue: plan.load === "streaming" ? "newest" : "all",
      settlingRuns: Math.min(...requests) >= requestsATurn ? 1 : 0,
      seed: plan.seed,
    },
    options,
  );
  return sessions.map((_, i) => stageOf(arrivalsUs[i]!, latenciesUs[i]!, gaps[i]!));
}

/** Between requests, in units of the mean gap: 1, or exponential. The same ones for every session. */
function gapsOf({ load, seed }: StagePlan, rounds: number, count: number): readonly Float64Array[] {
  const random = seededRandom(seed + 1);
  const gap = load === "streaming" ? () => 1 : () => -Math.log(1 - random());
  return Array.from({ length: rounds }, () => Float64Array.from({ length: count }, gap));
}

function arrivalsOf(gaps: readonly Float64Array[], meanGapUs: number): readonly Float64Array[] {
  let at = 0;
  return gaps.map((round) => round.map((gap) => (at += gap * meanGapUs)));
}

/** A run could begin when its request had come and the run before had ended. */
export function stageOf(
  arrivalsUs: readonly Float64Array[],
  latenciesUs: readonly Float64Array[],
  gaps: readonly Float64Array[],
): SessionStage {
  let freeUs = 0;
  const latenciesMs: Float64Array[] = [];
  const servicesMs: Float64Array[] = [];
  for (const [round, latencies] of latenciesUs.entries()) {
    const services: number[] = [];
    for (const [i, latency] of latencies.entries()) {
      if (Number.isNaN(latency)) continue;
      const arrival = arrivalsUs[round]![i]!;
      services.push((arrival + latency - Math.max(arrival, freeUs)) / 1000);
      freeUs = arrival + latency;
    }
    servicesMs.push(Float64Array.from(services));
    latenciesMs.push(latencies.filter((latency) => !Number.isNaN(latency)).map((latency) => latency / 1000));
  }
  return {
    served: { servicesMs, gaps },
    latenciesMs,
    requests: latenciesUs.map(({ length }) => length),
    missed: latenciesUs.map((round, i) => round.length - latenciesMs[i]!.length),
  };
}
