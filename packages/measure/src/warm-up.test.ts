import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import type { Engine } from "@pare/pass";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { warmUp } from "./warm-up.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

async function timed() {
  const session = await engine.open(parseModel("main (float[N] x) => (float[N] y) { y = Neg (x) }"));
  return { session, inputs: new Map([["x", tensorOf("float32", [2], [1, 2])]]) };
}

async function pair() {
  return [await timed(), await timed()];
}

/** Takes as long as is said, milliseconds a run, chunk by chunk. */
function durations(ms: readonly number[]): Pick<Engine, "time"> {
  let chunk = 0;
  return {
    async time(sessions, { runsPerBlock }) {
      const us = ms[chunk++]! * 1000;
      return { durationsUs: sessions.map(() => [new Float64Array(runsPerBlock).fill(us)]) };
    },
  };
}

describe("warmUp", () => {
  // What stops it is a matter of durations, and a real run's are another machine's: these are given.
  it("stops when no session becomes faster any more", async () => {
    const found = await warmUp(durations([40, 20, 10, 10, 10]), await pair(), 1000);
    // Chunks of 1, 2, 4 and 8 runs: the fourth is as fast as the third.
    expect(found).toEqual({ runs: 15, typicalMs: [10, 10], stable: true });
  });

  it("goes on past two equal chunks of less than four runs", async () => {
    const found = await warmUp(durations([10, 10, 10, 10]), await pair(), 1000);
    expect(found).toMatchObject({ runs: 7, stable: true });
  });

  it("ends where the next chunk would break the budget, and says that they were becoming faster", async () => {
    const found = await warmUp(durations([40, 20, 10, 5]), await pair(), 600);
    // Two sessions: 80 ms, then 80, then 80: three times that is more than the budget.
    expect(found).toEqual({ runs: 7, typicalMs: [10, 10], stable: false });
  });

  it("runs the sessions and says what a run takes", async () => {
    const found = await warmUp(engine, await pair(), 10_000);
    // Chunks of 1, 2, 4, … runs.
    expect(Math.log2(found.runs + 1) % 1).toBe(0);
    expect(found.runs).toBeGreaterThanOrEqual(7);
    for (const ms of found.typicalMs) expect(ms).toBeGreaterThan(0);
  });

  it("ends with its budget, at the earliest after one run", async () => {
    const found = await warmUp(engine, [await timed()], 0);
    expect(found).toMatchObject({ runs: 1, stable: false });
  });
});
