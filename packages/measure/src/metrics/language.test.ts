import { expect, test } from "vitest";
import { statisticsOf } from "./catalog.ts";

test("2 tokens of 3 bits, 4 of 1.5 bits together, 3 characters a token", () => {
  const outcomes = {
    kind: "tokens" as const,
    losses: Float64Array.of(6 * Math.LN2, 6 * Math.LN2),
    tokens: Float64Array.of(2, 4),
    characters: Float64Array.of(6, 12),
  };
  const [perplexity, bpc] = statisticsOf(outcomes, ["perplexity", "bpc"]).map(({ statistic }) =>
    statistic.value([1, 1]),
  );
  // 12 bits ÷ 6 tokens; 12 bits ÷ 18 characters.
  expect(perplexity).toBeCloseTo(4, 12);
  expect(bpc).toBeCloseTo(2 / 3, 12);
});
