import type { TimingPlan } from "@pare/pass";
import { fewestBlocks } from "./stats/bootstrap.ts";

/** How a time budget is spent. */
export interface TimingBudget {
  /** Milliseconds for the timed runs. */
  readonly budgetMs: number;
  /** Of one round: the typical run of every session, added up. */
  readonly roundMs: number;
  readonly seed: number;
}

export interface PlannedTiming extends TimingPlan {
  /** Runs at the start of each block that are not counted: they bring the model back into the caches. */
  readonly settlingRuns: number;
}

/** More runs hardly shorten an interval, and the bootstrap would take longer than they do. */
const mostRuns = 3000;
const wantedBlocks = 40;

/**
 * As many runs as the budget holds, at most 3,000 of each session, in some 40 blocks. A block counts an odd number of
 * runs: its median is then one of them, above the true median as often as below. Runs of a millisecond and more come in
 * blocks of a few; slow models get six blocks of one run, whatever the budget says.
 */
export function planTiming({ budgetMs, roundMs, seed }: TimingBudget): PlannedTiming {
  const runs = Math.min(mostRuns, Math.floor(budgetMs / Math.max(roundMs, 1e-3)));
  const counted = oddAtMost(runs / wantedBlocks);
  const settlingRuns = counted >= 3 ? 1 : 0;
  const blocks = Math.max(fewestBlocks, Math.floor(runs / (counted + settlingRuns)));
  return { warmupRuns: 0, blocks, runsPerBlock: counted + settlingRuns, settlingRuns, seed };
}

function oddAtMost(limit: number): number {
  const whole = Math.max(1, Math.floor(limit));
  return whole % 2 === 1 ? whole : whole - 1;
}
