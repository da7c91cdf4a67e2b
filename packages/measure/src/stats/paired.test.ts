import { randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { mcnemarTest, pairedDifferenceInterval } from "./paired.ts";

/** Examples of Fagerland, Lydersen, Laake, "Statistical analysis of contingency tables" (2017), chapter 8. */
const published = [
  {
    study: "Cavo et al. 2012",
    samples: 161,
    gained: 6,
    lost: 16,
    pValue: 0.052479,
    low: -0.124,
    high: -0.0054,
    digits: 4,
  },
  {
    study: "Bentur et al. 2009",
    samples: 21,
    gained: 1,
    lost: 7,
    pValue: 0.070313,
    low: -0.517,
    high: -0.026,
    digits: 3,
  },
];

describe("mcnemarTest", () => {
  it.each(published)("$study as published", ({ pValue, ...counts }) => {
    expect(mcnemarTest(counts)).toBeCloseTo(pValue, 6);
  });

  it.each([
    // 2 · (1 + 10) / 2^10, by hand.
    [9, 1, 22 / 1024],
    [5, 5, 1],
    [0, 0, 1],
    [0, 6, 2 / 64],
  ])("gained %d, lost %d gives %d", (gained, lost, expected) => {
    expect(mcnemarTest({ samples: 100, gained, lost })).toBeCloseTo(expected, 12);
  });
});

describe("pairedDifferenceInterval", () => {
  it.each(published)("$study as published", ({ low, high, digits, ...counts }) => {
    const found = pairedDifferenceInterval(counts);
    expect(found.low).toBeCloseTo(low, digits);
    expect(found.high).toBeCloseTo(high, digits);
  });

  it("turns round with the roles", () => {
    const forward = pairedDifferenceInterval({ samples: 50, gained: 3, lost: 9 });
    const backward = pairedDifferenceInterval({ samples: 50, gained: 9, lost: 3 });
    expect(forward.low).toBeCloseTo(-backward.high, 12);
    expect(forward.high).toBeCloseTo(-backward.low, 12);
  });

  it("of two models that never differ: z² / (n + z²) on either side", () => {
    const { low, high } = pairedDifferenceInterval({ samples: 2000, gained: 0, lost: 0 });
    expect(high).toBeCloseTo(3.8415 / 2003.8415, 6);
    expect(low).toBeCloseTo(-high, 12);
  });

  it.each([
    { samples: 4, gained: 0, lost: 4 },
    { samples: 4, gained: 4, lost: 0 },
  ])("stays within −1 … 1 at the edge: %o", (counts) => {
    const { low, high } = pairedDifferenceInterval(counts);
    expect(low).toBeGreaterThanOrEqual(-1);
    expect(high).toBeLessThanOrEqual(1);
    expect(low).toBeLessThan(high);
  });

  it("holds the true difference about 95 times in 100", () => {
    const [samples, gainShare, lossShare] = [200, 0.03, 0.06];
    const random = randomStream(1, 0, 0);
    let held = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const counts = { samples, gained: 0, lost: 0 };
      for (let i = 0; i < samples; i++) {
        const draw = random.uniform();
        if (draw < gainShare) counts.gained++;
        else if (draw < gainShare + lossShare) counts.lost++;
      }
      const { low, high } = pairedDifferenceInterval(counts);
      if (low <= gainShare - lossShare && gainShare - lossShare <= high) held++;
    }
    expect(held).toBeGreaterThan(930);
    expect(held).toBeLessThan(970);
  });
});
