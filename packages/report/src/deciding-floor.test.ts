import { expect, test } from "vitest";
import { decidingFloor } from "./deciding-floor.ts";

const ratio = (verdict: "same" | "worse" | "cannot-tell", low: number, high: number) =>
  ({ kind: "ratio", verdict, interval: { low, high, confidence: 0.95 } }) as const;

test.each([
  [ratio("same", 0.97, 1.04), 0.05, 0.05],
  [ratio("same", 0.99, 1.01), 0.05, undefined],
  [ratio("cannot-tell", 1.03, 1.04), 0.05, 0.05],
  [ratio("cannot-tell", 0.98, 1.1), 0.05, 0.05],
  [ratio("cannot-tell", 0.98, 1.1), 0.01, undefined],
  [ratio("worse", 1.1, 1.2), 0.05, undefined],
  [ratio("same", 0.97, 1.04), undefined, undefined],
])("%o with a floor of %d rests on %d", (comparison, floor, expected) => {
  expect(decidingFloor(comparison, floor)).toBe(expected);
});
