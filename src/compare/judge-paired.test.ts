import { expect, test } from "vitest";
import { judgePaired } from "./judge-paired.ts";

const change = (difference: number, reach: number, pValue = 0.001) => ({
  base: 0.9,
  difference,
  interval: { low: difference - reach, high: difference + reach, confidence: 0.95 },
  pValue,
});

test.each([
  ["ratio", "higher", change(-0.01, 0.003), "worse"],
  ["ratio", "higher", change(0.01, 0.003), "better"],
  ["ratio", "higher", change(0.0001, 0.001, 0.5), "same"],
  ["ratio", "higher", change(-0.01, 0.02, 0.3), "cannot-tell"],
  ["nats", "lower", change(0.01, 0.003), "worse"],
  ["nats", "lower", change(-0.01, 0.003), "better"],
  // 0.2 % of 0.9 are 0.0018.
  ["nats", "lower", change(0.0017, 0.0001), "same"],
  ["nats", "lower", { base: 1, difference: 5 }, "cannot-tell"],
] as const)("%s, %s is better: %o is %s", (unit, better, parts, verdict) => {
  expect(judgePaired({ unit, better, ...parts }).verdict).toBe(verdict);
});

test("the smallest effect has the direction that would be worse", () => {
  const undecided = change(0, 0.02, 0.5);
  expect(judgePaired({ unit: "ratio", better: "higher", ...undecided }).smallestEffect).toBe(-0.02);
  expect(judgePaired({ unit: "nats", better: "lower", ...undecided }).smallestEffect).toBe(0.02);
});
