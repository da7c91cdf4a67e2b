import { fileURLToPath } from "node:url";
import { glyphs } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { datasetFeeds, evaluateModels, metricsOf } from "@pare/measure";
import { afterAll, describe, expect, it } from "vitest";

const path = fileURLToPath(new URL("../../recipes/quickstart.onnx", import.meta.url));
/** As in recipes/vision.yaml. */
const transform = { scale: 1 / 255, mean: [0.5], std: [0.25] };
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

describe("recipes/quickstart.onnx", () => {
  it.each(["validation", "test"] as const)("is right on 85 to 97 of 100 glyphs of the %s split", async (split) => {
    const session = await engine.open({ path });
    const metrics = ["accuracy.top1", "recall.class"];
    const [evaluation] = await evaluateModels([session], datasetFeeds(glyphs({ split }), { transform }), { metrics });
    const [top1, ...recalls] = metricsOf(evaluation!, 0);
    expect(top1?.interval?.low).toBeGreaterThan(0.85);
    expect(top1?.interval?.high).toBeLessThan(0.97);
    // Every class is learned: none is left to the others' accuracy.
    expect(recalls).toHaveLength(10);
    for (const { value } of recalls) expect(value).toBeGreaterThan(0.7);
  });
});
