import { expect, it } from "vitest";
import { coverageCases, coverageOf } from "../../benchmarks/coverage/cases.ts";

const usualDraws = 300;
/** Of cases whose draws take tenths of a second. */
const fewDraws = 60;
const isCostly = (name: string) => /rates?,|macro-F1/.test(name);

it.each(coverageCases.filter(({ name }) => !/10000|5000/.test(name)).map((each) => [each.name, each] as const))(
  "%s: the interval holds the truth as often as it says",
  (_, each) => {
    const draws = isCostly(each.name) ? fewDraws : usualDraws;
    const { share } = coverageOf(each, draws, 1);
    // Three standard errors of a coverage near 95 %.
    const slack = 3 * Math.sqrt((0.95 * 0.05) / draws);
    expect(share).toBeGreaterThanOrEqual(each.range[0] - slack);
    expect(share).toBeLessThanOrEqual(each.range[1] + slack);
  },
);
