import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { type LoadOptions, type LoadScenario, type ModelLoad, measureLoad } from "./measure-load.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** Products of a [64, 192] matrix by a square one, `times` over. */
function products(times: number) {
  const nodes = Array.from({ length: times }, (_, i) => `h${i + 1} = MatMul (h${i}, w)`).join(" ");
  const text = `main (float[64, 192] h0) => (float[64, 192] h${times}) <float[192, 192] w = random(1)> { ${nodes} }`;
  return parseModel(text);
}

const inputs = new Map([["h0", tensorOf("float32", [64, 192], new Array(64 * 192).fill(0.01))]]);
const options = (scenario: LoadScenario): LoadOptions => ({
  ...{ scenario, inputs: [inputs, inputs], session: { threads: 1 }, budgetMs: 1500 },
});

const fastest = ({ latency }: ModelLoad) => Math.min(...latency.blocksMs.flatMap((block) => [...block]));

describe("measureLoad", () => {
  it("has latency and drops of each model at a given rate, and the highest rate of each", async () => {
    const found = await measureLoad(engine, [products(2), products(20)], options({ kind: "streaming", rate: 50 }));
    const keys = found.metrics.map(({ key }) => key);
    expect(keys).toEqual(["throughput", "p50", "p90", "p95", "p99", "drops"]);
    const [light, heavy] = found.models;
    expect([light!.rate, heavy!.rate]).toEqual([50, 50]);
    expect(fastest(heavy!)).toBeGreaterThan(fastest(light!));
    expect(found.metrics[0]!.models[1]!.change!.kind).toBe("ratio");
    expect(found.metrics[5]!.models[1]!.change!.kind).toBe("difference");
  });

  it("measures a stream at the highest rate where none is given: about one run after another", async () => {
    const { models, metrics } = await measureLoad(engine, [products(4)], options({ kind: "streaming" }));
    expect(metrics.map(({ key }) => key)).toEqual(["throughput"]);
    const [model] = models;
    expect(model!.highestRate.value).toBeGreaterThan(0);
    expect(model!.highestRate.value).toBeLessThan(1100 / fastest(model!));
  });

  it("finds no rate for a bound that a run alone breaks, and one for a wide bound", async () => {
    const tight = await measureLoad(engine, [products(20)], options({ kind: "server", boundMs: 0.01, percentile: 90 }));
    expect(tight.models[0]!.highestRate.value).toBe(0);
    expect(tight.models[0]!.missed.share).toBe(1);
    const wide = await measureLoad(engine, [products(2)], options({ kind: "server", boundMs: 1000, percentile: 90 }));
    expect(wide.models[0]!.highestRate.value).toBeGreaterThan(1);
    expect(wide.models[0]!.missed.share).toBe(0);
    expect(wide.metrics.map(({ key }) => key)).toEqual(["throughput"]);
  });

  it("refuses nothing to measure", async () => {
    await expect(measureLoad(engine, [], options({ kind: "streaming" }))).rejects.toThrow("MEASURE_MODELS");
  });
});
