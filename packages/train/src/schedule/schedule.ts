/**
 * Learning rate and momentum of every step, as functions of (step, steps in all) and nothing else. Steps count from 0, over
 * all epochs.
 */

/** A schedule as plain data. */
export type Schedule = (ConstantSchedule | CosineSchedule | OneCycleSchedule | StepDecaySchedule) & WarmUp;

export interface WarmUp {
  /**
   * Steps in front of the schedule proper, in which the rate rises in a straight line to its first value: step i has
   * (i + 1) ÷ warmUpSteps of it (Goyal et al., "Accurate, large minibatch SGD", 2017, section 2.2). Default 0.
   */
  readonly warmUpSteps?: number;
}

export interface ConstantSchedule {
  readonly kind: "constant";
  readonly rate: number;
  /** Default 0.9. */
  readonly momentum?: number;
}

/** final + ½·(rate − final)·(1 + cos(π·step ÷ steps)) (Loshchilov and Hutter, "SGDR", 2017, equation 5). */
export interface CosineSchedule {
  readonly kind: "cosine";
  readonly rate: number;
  /** What the rate comes down to after the last step. Default 0. */
  readonly final?: number;
  /** Default 0.9. */
  readonly momentum?: number;
}

/**
 * Up and down again in half waves of a cosine, momentum the other way (Smith and Topin, "Super-convergence", 2018). Step by
 * step what PyTorch's OneCycleLR gives with its default annealing.
 */
export interface OneCycleSchedule {
  readonly kind: "one-cycle";
  /** The largest rate, at step rising · steps − 1. */
  readonly rate: number;
  /** Share of the steps in which the rate rises (`pct_start`). Default 0.3. */
  readonly rising?: number;
  /** The first rate is rate ÷ this (`div_factor`). Default 25. */
  readonly initialDivisor?: number;
  /** The last rate is the first one ÷ this (`final_div_factor`). Default 10 000. */
  readonly finalDivisor?: number;
  /** At the largest rate, and at the first and last. Default 0.85 and 0.95. */
  readonly momentum?: { readonly low: number; readonly high: number };
}

/** rate · factor^(how many of `at` are reached). */
export interface StepDecaySchedule {
  readonly kind: "step-decay";
  readonly rate: number;
  /** Default 0.1. */
  readonly factor?: number;
  /** Shares of the steps, 0 to 1: [0.5, 0.75] multiplies at the half and at three quarters. */
  readonly at: readonly number[];
  /** Default 0.9. */
  readonly momentum?: number;
}

export interface Rates {
  readonly learningRate: number;
  readonly momentum: number;
}

const usualMomentum = 0.9;

/** @param step from 0 to steps − 1 */
export function ratesAt(schedule: Schedule, step: number, steps: number): Rates {
  const { warmUpSteps = 0 } = schedule;
  if (step >= warmUpSteps) return proper(schedule, step - warmUpSteps, steps - warmUpSteps);
  const { learningRate, momentum } = proper(schedule, 0, steps - warmUpSteps);
  return { learningRate: (learningRate * (step + 1)) / warmUpSteps, momentum };
}

function proper(schedule: Schedule, step: number, steps: number): Rates {
  switch (schedule.kind) {
    case "constant":
      return { learningRate: schedule.rate, momentum: schedule.momentum ?? usualMomentum };
    case "cosine": {
      const { rate, final = 0, momentum = usualMomentum } = schedule;
      return { learningRate: halfWave(rate, final, step / steps), momentum };
    }
    case "one-cycle":
      return oneCycle(schedule, step, steps);
    case "step-decay": {
      const { rate, factor = 0.1, at, momentum = usualMomentum } = schedule;
      const reached = at.filter((share) => step >= share * steps).length;
      return { learningRate: rate * factor ** reached, momentum };
    }
  }
}

function oneCycle(schedule: OneCycleSchedule, step: number, steps: number): Rates {
  const { rate, rising = 0.3, initialDivisor = 25, finalDivisor = 10_000 } = schedule;
  const { low, high } = schedule.momentum ?? { low: 0.85, high: 0.95 };
  const first = rate / initialDivisor;
  const [top, end] = [rising * steps - 1, steps - 1];
  if (step <= top) {
    const share = shareOf(step, 0, top);
    return { learningRate: halfWave(first, rate, share), momentum: halfWave(high, low, share) };
  }
  const share = shareOf(step, top, end);
  return { learningRate: halfWave(rate, first / finalDivisor, share), momentum: halfWave(low, high, share) };
}

/** How far `step` is from `start` to `end`. */
function shareOf(step: number, start: number, end: number): number {
  return end > start ? (step - start) / (end - start) : 1;
}

/** From `start` at 0 to `end` at 1. */
function halfWave(start: number, end: number, share: number): number {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * share));
}
