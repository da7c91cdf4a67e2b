import type { TimingPlan } from "@pare/pass";

/** How a time budget is spent. */
export interface TimingBudget {
  /** Milliseconds for the timed runs. */
  readonly budgetMs: number;
  /** Of one round: the typical run of every session, added up. */
  readonly roundMs: number;
  readonly seed: number;
}

/** The plan of one stage; a measurement has as many as it takes. */
export interface PlannedTiming extends TimingPlan {
  /** Runs at the start of each block that are not counted: they bring the model back into the caches. */
  readonly settlingRuns: number;
  /** Stages that fit into the budget. */
  readonly stages: number;
}

/** Enough for a bootstrap over blocks to be trusted after one stage. */
const blocksAStage = 20;
const stagesWanted = 8;
/** Of a session in all: beyond that a percentile hardly moves and the bootstrap takes longer than the runs. */
const mostRuns = 20_000;

/**
 * Stages of 20 short blocks. A block counts an odd number of runs: its median is then one of them, above the true median
 * as often as below. A budget that holds fewer than 20 rounds is spent in one stage of as many as it holds; six at least,
 * whatever the budget says.
 */
export function planTiming({ budgetMs, roundMs, seed }: TimingBudget): PlannedTiming {
  const affordable = Math.floor(budgetMs / Math.max(roundMs, 1e-3));
  const runs = Math.min(mostRuns, affordable);
  const counted = oddAtMost(runs / (blocksAStage * stagesWanted));
  const settlingRuns = counted >= 3 ? 1 : 0;
  const runsPerBlock = counted + settlingRuns;
  const blocks = Math.max(6, Math.min(blocksAStage, Math.floor(affordable / runsPerBlock)));
  const stages = Math.max(1, Math.floor(runs / (blocks * runsPerBlock)));
  return { warmupRuns: 0, blocks, runsPerBlock, settlingRuns, stages, seed };
}

function oddAtMost(limit: number): number {
  const whole = Math.max(1, Math.floor(limit));
  return whole % 2 === 1 ? whole : whole - 1;
}
