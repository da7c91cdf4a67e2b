import type { Engine, TimedSession, TimingOptions } from "@pare/pass";
import { median } from "./stats/quantile.ts";

export interface WarmUp {
  /** Runs of each session. */
  readonly runs: number;
  /** Median of each session's last chunk, milliseconds. */
  readonly typicalMs: readonly number[];
  /** Whether the sessions had stopped becoming faster when the budget ended. */
  readonly stable: boolean;
}

/** A chunk that is at most this much faster than the one before has stopped becoming faster. */
const tolerance = 0.02;

/**
 * Runs all sessions in growing chunks until none is still becoming faster, or the budget is spent. The first runs pay
 * for memory, caches, thread pools and the processor's clock.
 */
export async function warmUp(
  engine: Pick<Engine, "time">,
  sessions: readonly TimedSession[],
  budgetMs: number,
  options: Pick<TimingOptions, "signal"> = {},
): Promise<WarmUp> {
  let before: readonly number[] | undefined;
  for (let runs = 0, chunk = 1, spentMs = 0; ; runs += chunk, chunk *= 2) {
    const plan = { warmupRuns: 0, blocks: 1, runsPerBlock: chunk, seed: 0 };
    const { durationsUs } = await engine.time(sessions, plan, options);
    const blocks = durationsUs.map(([block]) => block!);
    const typicalMs = blocks.map((block) => median(block) / 1000);
    spentMs += blocks.reduce((sum, block) => sum + block.reduce((total, us) => total + us / 1000, 0), 0);
    const stable = before?.every((previous, i) => typicalMs[i]! >= previous * (1 - tolerance)) ?? false;
    // The next chunk takes about twice as long as all so far.
    if ((stable && chunk >= 4) || spentMs * 3 > budgetMs) return { runs: runs + chunk, typicalMs, stable };
    before = typicalMs;
  }
}
