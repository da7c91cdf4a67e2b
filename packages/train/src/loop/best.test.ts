import type { TrainingScore } from "@pare/pass";
import { expect, it } from "vitest";
import { isBetter } from "./best.ts";

const score = (value: number, loss?: number, better: "higher" | "lower" = "higher"): TrainingScore => ({
  ...{ metric: "m", value, better, unit: "plain", samples: 10, loss },
});

it.each([
  ["the first is the best", score(0.1), undefined, true],
  ["a higher accuracy", score(0.6), score(0.5), true],
  ["a lower accuracy", score(0.4, 0.1), score(0.5, 0.2), false],
  ["a lower error", score(0.4, undefined, "lower"), score(0.5, undefined, "lower"), true],
  ["a tie with a lower loss", score(0.5, 0.1), score(0.5, 0.2), true],
  ["a tie with the same loss", score(0.5, 0.2), score(0.5, 0.2), false],
  ["a tie without losses", score(0.5), score(0.5), false],
  ["no number", score(Number.NaN), score(0.1), false],
  ["no number, as the first", score(Number.NaN), undefined, false],
])("%s", (_, now, best, expected) => {
  expect(isBetter(now, best)).toBe(expected);
});
