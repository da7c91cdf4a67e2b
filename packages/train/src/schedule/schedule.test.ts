import { describe, expect, it } from "vitest";
import { ratesAt, type Schedule } from "./schedule.ts";

const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => ratesAt(schedule, step, steps).learningRate);
const close = (found: readonly number[], expected: readonly number[]) => {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 12);
};

it("constant stays", () => {
  expect(rates({ kind: "constant", rate: 0.1 }, 3)).toEqual([0.1, 0.1, 0.1]);
  expect(ratesAt({ kind: "constant", rate: 0.1 }, 1, 3).momentum).toBe(0.9);
});

it("cosine falls in half a wave: cos 45° = 0.7071", () => {
  close(rates({ kind: "cosine", rate: 1 }, 4), [1, 0.85355339059327, 0.5, 0.14644660940673]);
  close(rates({ kind: "cosine", rate: 1, final: 0.5 }, 4), [1, 0.926776695296635, 0.75, 0.573223304703365]);
});

it("step decay multiplies where a share of the steps is reached", () => {
  close(rates({ kind: "step-decay", rate: 1, at: [0.5, 0.75] }, 8), [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]);
  close(rates({ kind: "step-decay", rate: 1, factor: 0.5, at: [0.5] }, 3), [1, 1, 0.5]);
});

describe("one-cycle", () => {
  // max_lr 1, total_steps 10, pct_start 0.3: the top is at step 2, the end at step 9.
  it("is PyTorch's OneCycleLR, by its own formula", () => {
    const schedule = { kind: "one-cycle", rate: 1 } as const;
    const at = (step: number) => ratesAt(schedule, step, 10);
    close([at(0).learningRate, at(0).momentum], [0.04, 0.95]);
    // Half way up: the mean of both ends.
    close([at(1).learningRate, at(1).momentum], [0.52, 0.9]);
    close([at(2).learningRate, at(2).momentum], [1, 0.85]);
    // One seventh of the way down: (1 + cos(180° ÷ 7)) ÷ 2 = 0.950484433951210 of the way from the end.
    close(
      [at(3).learningRate, at(3).momentum],
      [0.95048443395121 + 4e-6 * (1 - 0.95048443395121), 0.95 - 0.095048443395121],
    );
    close([at(9).learningRate, at(9).momentum], [4e-6, 0.95]);
  });

  it("gives the schedule that ResNet-8 was measured with: 0.004 → 0.1 → 4e-7, a fifth of it rising", () => {
    const schedule = { kind: "one-cycle", rate: 0.1, rising: 0.2 } as const;
    const steps = 20 * 351;
    const at = (step: number) => ratesAt(schedule, step, steps);
    close([at(0).learningRate, at(0).momentum], [0.004, 0.95]);
    close([at(1403).learningRate, at(1403).momentum], [0.1, 0.85]);
    close([at(steps - 1).learningRate, at(steps - 1).momentum], [4e-7, 0.95]);
    expect(at(702).learningRate).toBeGreaterThan(0.05);
    expect(at(701).learningRate).toBeLessThan(0.0521);
  });

  it("has no number that is none where there are few steps", () => {
    for (const steps of [1, 2, 3, 4])
      for (let step = 0; step < steps; step++) {
        const { learningRate, momentum } = ratesAt({ kind: "one-cycle", rate: 1 }, step, steps);
        expect([learningRate, momentum].every(Number.isFinite)).toBe(true);
      }
  });
});

it("warm-up rises in a straight line and leaves the schedule the steps behind it", () => {
  close(rates({ kind: "constant", rate: 1, warmUpSteps: 4 }, 6), [0.25, 0.5, 0.75, 1, 1, 1]);
  close(rates({ kind: "cosine", rate: 1, warmUpSteps: 2 }, 6), [0.5, 1, 1, 0.85355339059327, 0.5, 0.14644660940673]);
  close(rates({ kind: "step-decay", rate: 1, at: [0.5], warmUpSteps: 1 }, 5), [1, 1, 1, 0.1, 0.1]);
  close(rates({ kind: "one-cycle", rate: 1, warmUpSteps: 2 }, 12).slice(0, 5), [0.02, 0.04, 0.04, 0.52, 1]);
});
