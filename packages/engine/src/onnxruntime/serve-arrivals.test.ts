import { describe, expect, test } from "vitest";
import { serveArrivals } from "./serve-arrivals.ts";

/** Runs that each keep the processor for so many ms. */
function runsOf(...durationsMs: number[]): () => Promise<void> {
  let next = 0;
  return async () => {
    const until = performance.now() + durationsMs[next++]!;
    while (performance.now() < until);
  };
}

const arrivals = (...ms: number[]) => Float64Array.from(ms, (time) => time * 1000);
const toMs = (served: Float64Array) => [...served].map((us) => us / 1000);

describe("serveArrivals", () => {
  test("counts latency from the arrival, so that a slow run is charged to those behind it", async () => {
    const run = runsOf(31, 1, 1, 1);
    const schedule = arrivals(0, 10, 20, 200, Number.POSITIVE_INFINITY);
    const [first, second, third, last, clock] = toMs(await serveArrivals(run, schedule, { clockUs: 0, queue: "all" }));
    expect(first).toBeGreaterThanOrEqual(31);
    // They end one millisecond after the run before, and came ten after its request.
    expect(second).toBeGreaterThanOrEqual(first! - 9);
    expect(third).toBeGreaterThanOrEqual(second! - 9);
    expect(last).toBeGreaterThanOrEqual(1);
    expect(clock).toBeCloseTo(200 + last!, 0);
  });

  test("lets the newest wait, and misses what it takes the place of", async () => {
    const schedule = arrivals(0, 10, 20, 200, Number.POSITIVE_INFINITY);
    const served = toMs(await serveArrivals(runsOf(31, 1, 1), schedule, { clockUs: 0, queue: "newest" }));
    expect(served.map(Number.isNaN)).toEqual([false, true, false, false, false]);
    expect(served[2]).toBeGreaterThanOrEqual(12);
  });

  test("takes the queue up where the clock says, and misses the last one where another has come", async () => {
    const schedule = arrivals(0, 10, 200);
    const waiting = toMs(await serveArrivals(runsOf(1), schedule, { clockUs: 15_000, queue: "newest" }));
    expect(waiting[0]).toBeNaN();
    expect(waiting[1]).toBeGreaterThanOrEqual(6);
    const late = toMs(await serveArrivals(runsOf(1), schedule, { clockUs: 250_000, queue: "newest" }));
    expect(late.slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
  });
});
