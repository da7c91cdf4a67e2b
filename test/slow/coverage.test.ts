import { expect, it } from "vitest";
import { coverageCases, coverageOf } from "../../benchmarks/coverage/cases.ts";

const draws = 300;
/** Three standard errors of a coverage near 95 % in 300 draws. */
const slack = 3 * Math.sqrt((0.95 * 0.05) / draws);

it.each(coverageCases.filter(({ name }) => !/10000|5000/.test(name)).map((each) => [each.name, each] as const))(
  "%s: the interval holds the truth as often as it says",
  (_, each) => {
    const { share } = coverageOf(each, draws, 1);
    expect(share).toBeGreaterThanOrEqual(each.range[0] - slack);
    expect(share).toBeLessThanOrEqual(each.range[1] + slack);
  },
);
