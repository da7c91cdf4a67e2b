import { expect, it } from "vitest";
import { afterLoss, divergence, type LossHistory, noLosses } from "./divergence.ts";

const after = (losses: readonly number[]) => losses.reduce<LossHistory>(afterLoss, noLosses);
const times = (count: number, loss: number) => new Array<number>(count).fill(loss);

it("lets single steps without a number pass, three in a row not", () => {
  expect(divergence(after([1, Number.NaN, Infinity, 1, Number.NaN, Number.NaN]))).toBeUndefined();
  expect(divergence(after([1, Number.NaN, Infinity, Number.NaN]))?.problem).toMatch(/no finite number for 3 steps/);
});

it("lets a high loss pass for 99 steps, not for 100", () => {
  // The first hundred have the mean 2: above 20 is too high.
  const first = [...times(50, 1), ...times(50, 3)];
  expect(divergence(after([...first, ...times(99, 21)]))).toBeUndefined();
  expect(divergence(after([...first, ...times(99, 21), 20, ...times(99, 21)]))).toBeUndefined();
  const { problem, expected } = divergence(after([...first, ...times(100, 21)]))!;
  expect(problem).toMatch(/above 10 times its first mean for 100 steps/);
  expect(expected).toBe("at most 20.00");
});

it("does not measure by losses that are not positive", () => {
  expect(divergence(after([...times(100, -1), ...times(200, 50)]))).toBeUndefined();
});
