import { describe, expect, it } from "vitest";
import { highestRate, type Load, replay, type Served } from "./replay.ts";

const once = Uint32Array.of(1);
const served = (servicesMs: number[], gaps: number[] = []): Served => ({
  servicesMs: [Float64Array.from(servicesMs)],
  gaps: [Float64Array.from(gaps)],
});
const streaming: Load = { kind: "streaming" };
const server = (boundMs: number): Load => ({ kind: "server", boundMs });

describe("replay of a queue of one", () => {
  it("misses what a newer request replaces", () => {
    // At 100 a second requests come at 0, 10, 20 …: the first run ends at 31 and is followed by that of 30; those of 10
    // and 20 are missed.
    expect(replay(streaming, served([31, 1, 1]), 100, once)).toEqual({ requests: 5, missed: 2 });
  });

  it("misses none that comes after the run before has ended", () => {
    expect(replay(streaming, served([9, 9, 9]), 100, once)).toEqual({ requests: 3, missed: 0 });
  });

  it("says in which round", () => {
    const rounds: Served = { servicesMs: [Float64Array.of(1, 31), Float64Array.of(1)], gaps: [] };
    const byRound = new Float64Array(2);
    expect(replay(streaming, rounds, 100, Uint32Array.of(1, 1), byRound).missed).toBe(2);
    // Those that came during the long run are missed when the next one begins.
    expect([...byRound]).toEqual([0, 2]);
  });
});

describe("replay of a queue that keeps all", () => {
  it("counts those that take longer than the bound, waiting included", () => {
    // Requests at 10, 20, 30 (a gap is 10 ms at 100 a second); they end at 35, 36, 37: after 25, 16 and 7 ms.
    const three = served([25, 1, 1], [1, 1, 1]);
    expect(replay(server(20), three, 100, once)).toEqual({ requests: 3, missed: 1 });
    expect(replay(server(10), three, 100, once)).toEqual({ requests: 3, missed: 2 });
    // Further apart, only the first one waits for itself.
    expect(replay(server(10), three, 10, once)).toEqual({ requests: 3, missed: 1 });
  });

  it("runs a round as often as it counts", () => {
    expect(replay(server(10), served([25, 1], [3, 3]), 100, Uint32Array.of(3))).toEqual({ requests: 6, missed: 3 });
  });
});

describe("highestRate", () => {
  const many = (value: number) => new Array<number>(2000).fill(value);

  it("of equal runs of 10 ms in a stream is 100 a second, and 1 % more that may be dropped", () => {
    const rate = highestRate(streaming, 0.01, served(many(10)), once);
    expect(rate).toBeGreaterThan(100.5);
    expect(rate).toBeLessThan(101.5);
  });

  it("is 0 where a run alone takes longer than the bound", () => {
    expect(highestRate(server(9), 0.01, served(many(10), many(1)), once)).toBe(0);
  });

  it("is at most one request for each run, however far away the bound is", () => {
    expect(highestRate(server(1e6), 0.01, served(many(10), many(1)), once)).toBeCloseTo(100, 9);
  });

  it("at equal distances is as high as runs follow one another", () => {
    expect(highestRate(server(10.001), 0.01, served(many(10), many(1)), once)).toBeCloseTo(100, 0);
  });
});
