import { fileURLToPath } from "node:url";
import { glyphs } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { evaluateAccuracy } from "@pare/measure";
import { afterAll, describe, expect, it } from "vitest";
import { transform } from "../../scripts/quickstart/network.ts";

const path = fileURLToPath(new URL("../../recipes/quickstart.onnx", import.meta.url));
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

describe("recipes/quickstart.onnx", () => {
  it.each(["validation", "test"] as const)("is right on 85 to 97 of 100 glyphs of the %s split", async (split) => {
    const session = await engine.open({ path });
    const { interval, outcomes } = await evaluateAccuracy(session, glyphs({ split }), { transform });
    expect(interval.low).toBeGreaterThan(0.85);
    expect(interval.high).toBeLessThan(0.97);
    // Every class is learned: none is left to the others' accuracy.
    for (let label = 0; label < 10; label++) {
      const ofClass = outcomes.correct.filter((_, i) => i % 10 === label);
      expect(ofClass.reduce((sum, one) => sum + one, 0) / ofClass.length).toBeGreaterThan(0.7);
    }
  });
});
