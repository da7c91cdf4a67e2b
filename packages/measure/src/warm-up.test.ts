import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { warmUp } from "./warm-up.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

async function timed() {
  const session = await engine.open(parseModel("main (float[N] x) => (float[N] y) { y = Neg (x) }"));
  return { session, inputs: new Map([["x", tensorOf("float32", [2], [1, 2])]]) };
}

describe("warmUp", () => {
  it("stops when no session becomes faster any more, and says what a run takes", async () => {
    const found = await warmUp(engine, [await timed(), await timed()], 1000);
    expect(found.stable).toBe(true);
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
