import { type RandomStream, randomStream } from "@pare/data";
import { describe, expect, it } from "vitest";
import { type Demand, estimateRate, ratioOfRates } from "./rate.ts";
import type { Served } from "./replay.ts";

/** 20 rounds of runs that take `meanMs` with ± 10 %, and requests of a Poisson process. */
function rounds(random: RandomStream, meanMs: number, runs: number): Served {
  const round = (draw: () => number) => Array.from({ length: 20 }, () => Float64Array.from({ length: runs }, draw));
  return {
    servicesMs: round(() => meanMs * random.between(0.9, 1.1)),
    gaps: round(() => -Math.log(1 - random.uniform())),
  };
}

const stream: Demand = { load: { kind: "streaming" }, allowed: 0.01 };
const api: Demand = { load: { kind: "server", boundMs: 5 }, allowed: 0.01 };

describe("estimateRate", () => {
  it("of a stream of runs of a millisecond is a little above 1000 a second, with a narrow interval", () => {
    const { value, interval, requests } = estimateRate(stream, rounds(randomStream(1, 0, 0), 1, 50), 0);
    expect(requests).toBeGreaterThanOrEqual(1000);
    expect(value).toBeGreaterThan(1000);
    expect(value).toBeLessThan(1011);
    expect(interval!.low).toBeGreaterThan(990);
    expect(interval!.high).toBeLessThan(1020);
  });

  it("has no interval where fewer requests came than it takes to see one in a hundred", () => {
    const { interval, requests, neededRequests } = estimateRate(api, rounds(randomStream(2, 0, 0), 1, 20), 0);
    expect(requests).toBeLessThan(neededRequests);
    expect(interval).toBeUndefined();
  });

  it("of a server is lower the nearer the bound is, and 0 where a run alone breaks it", () => {
    const served = rounds(randomStream(3, 0, 0), 1, 100);
    const rates = [0.5, 2, 5, 20].map(
      (boundMs) => estimateRate({ load: { kind: "server", boundMs }, allowed: 0.01 }, served, 0).value,
    );
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    expect(rates[0]).toBe(0);
    expect(rates[3]).toBeLessThan(1001);
  });
});

describe("ratioOfRates", () => {
  it("is that of times: a head that takes twice as long has twice the base's", () => {
    const [base, head] = [1, 2].map((mean) => rounds(randomStream(4, mean, 0), mean, 50));
    const { ratio, interval } = ratioOfRates(stream, { base: base!, head: head! }, 0);
    expect(ratio).toBeCloseTo(2, 1);
    expect(interval!.low).toBeLessThan(2);
    expect(interval!.high).toBeGreaterThan(2);
  });
});
