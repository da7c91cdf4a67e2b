import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, expect, it } from "vitest";
import { compareSpeed } from "./compare-speed.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** `products` matrix products of 128 × 128, one after the other. */
function chain(products: number) {
  const names = Array.from({ length: products + 1 }, (_, i) => (i === 0 ? "x" : i === products ? "y" : `v${i}`));
  const nodes = names.slice(1).map((name, i) => `${name} = MatMul (${names[i]}, w)`);
  return parseModel(
    `main (float[128, 128] x) => (float[128, 128] y) <float[128, 128] w = splat(0.01)> { ${nodes.join(" ")} }`,
  );
}

const x = new Map([["x", tensorOf("float32", [128, 128], new Float32Array(128 * 128).fill(1))]]);

it("gives the time of each model by that of the first, which is opened once", async () => {
  const models = [chain(8), chain(32)];
  const options = { inputs: models.map(() => x), session: { threads: 1 }, budgetMs: 1500, seed: 0 };
  const [first, second] = await compareSpeed(engine, models, options);
  expect(first).toMatchObject({ ratio: 1 });
  // 4 but for what a run costs by itself.
  expect(second!.ratio).toBeGreaterThan(2.5);
  expect(second!.ratio).toBeLessThan(5);
  expect(second!.interval!.low).toBeGreaterThan(1.5);
  expect(first!.medianMs).toBeGreaterThan(0);
});

it("stops when it is told to", async () => {
  const options = { inputs: [x], budgetMs: 60_000, seed: 0, signal: AbortSignal.timeout(300) };
  const began = performance.now();
  await expect(compareSpeed(engine, [chain(64)], options)).rejects.toThrow("ENGINE_ABORTED");
  expect(performance.now() - began).toBeLessThan(30_000);
});
