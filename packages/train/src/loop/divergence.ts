/**
 * Tells when training has failed for good.
 *
 * 1. A loss that is no number, or infinite, in three steps one after the other. One alone may be a step that a step graph
 *    leaves out by itself.
 * 2. A loss above ten times its mean in the first hundred steps, in a hundred steps one after the other.
 */
const mostNonFinite = 3;
const firstSteps = 100;
const mostHigh = 100;
const highFactor = 10;

/** What was seen so far: plain data. */
export interface LossHistory {
  readonly steps: number;
  /** Of the finite losses of the first steps. */
  readonly firstSum: number;
  readonly firstCount: number;
  /** How many of the latest steps, without a gap, were so. */
  readonly nonFinite: number;
  readonly high: number;
}

export interface Divergence {
  readonly problem: string;
  readonly expected: string;
}

export const noLosses: LossHistory = { steps: 0, firstSum: 0, firstCount: 0, nonFinite: 0, high: 0 };

export function afterLoss(before: LossHistory, loss: number): LossHistory {
  const isNumber = Number.isFinite(loss);
  const isFirst = before.steps < firstSteps && isNumber;
  const limit = limitOf(before);
  return {
    steps: before.steps + 1,
    firstSum: before.firstSum + (isFirst ? loss : 0),
    firstCount: before.firstCount + (isFirst ? 1 : 0),
    nonFinite: isNumber ? 0 : before.nonFinite + 1,
    high: limit !== undefined && loss > limit ? before.high + 1 : 0,
  };
}

export function divergence(history: LossHistory): Divergence | undefined {
  if (history.nonFinite >= mostNonFinite)
    return {
      problem: `the loss has been no finite number for ${mostNonFinite} steps: training has diverged`,
      expected: "a finite loss",
    };
  const limit = limitOf(history);
  if (history.high < mostHigh || limit === undefined) return undefined;
  return {
    problem: `the loss has been above ${highFactor} times its first mean for ${mostHigh} steps: training has diverged`,
    expected: `at most ${limit.toPrecision(4)}`,
  };
}

/** Once the first steps are done; undefined also where their mean is no measure. */
function limitOf({ steps, firstSum, firstCount }: LossHistory): number | undefined {
  const mean = firstSum / firstCount;
  return steps >= firstSteps && mean > 0 ? highFactor * mean : undefined;
}
