import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { type LatencyOptions, measureLatency } from "./latency.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** A matrix product of 192×192 matrices, `times` over. */
function products(times: number) {
  const nodes = Array.from({ length: times }, (_, i) => `h${i + 1} = MatMul (h${i}, w)`).join(" ");
  const text = `main (float[N, 192] h0) => (float[N, 192] h${times}) <float[192, 192] w = random(1)> { ${nodes} }`;
  return parseModel(text);
}

const samples = (count: number) =>
  new Map([["h0", tensorOf("float32", [count, 192], new Array(count * 192).fill(0.01))]]);

const quick: LatencyOptions = { inputs: samples(1), session: { threads: 1 }, budgetMs: 500 };

describe("measureLatency", () => {
  it("finds a model with ten times the work slower, and the control the same", async () => {
    const found = await measureLatency(engine, [products(2), products(20)], { ...quick, inputs: samples(64) });
    expect(found.ratios[0]!.ratio).toBe(1);
    expect(found.ratios[1]!.ratio).toBeGreaterThan(3);
    // How wide it is, and whether there are independent runs enough for one, depends on what else the machine does.
    const { ratio, interval } = found.ratios[1]!;
    expect(interval?.low ?? ratio).toBeLessThanOrEqual(ratio);
    expect(interval?.high ?? ratio).toBeGreaterThanOrEqual(ratio);
    expect(found.control.ratio).toBeGreaterThan(0.5);
    expect(found.control.ratio).toBeLessThan(2);
  });

  it("keeps every counted run, in equal blocks, within the interval's and percentiles' rules", async () => {
    const { models, plan } = await measureLatency(engine, [products(1)], quick);
    const [model] = models;
    expect(model!.blocksMs.length % plan.blocks).toBe(0);
    expect(model!.blocksMs.length).toBeLessThanOrEqual(plan.blocks * plan.stages);
    expect(model!.runs).toBe(model!.blocksMs.length * (plan.runsPerBlock - plan.settlingRuns));
    // On a busy machine there may be too few independent runs for an interval, or for any percentile.
    expect(model!.interval?.low ?? model!.medianMs).toBeLessThanOrEqual(model!.medianMs);
    expect(model!.interval?.high ?? model!.medianMs).toBeGreaterThanOrEqual(model!.medianMs);
    for (const { effectiveRuns, neededRuns, estimate } of model!.estimates) {
      expect(effectiveRuns).toBeLessThanOrEqual(model!.runs);
      expect(estimate !== undefined).toBe(effectiveRuns >= neededRuns);
    }
    const values = model!.percentiles.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  it("counts samples a second in a batch scenario", async () => {
    const options: LatencyOptions = { ...quick, inputs: samples(8), scenario: { kind: "batch", batch: 8 } };
    const { models } = await measureLatency(engine, [products(1)], options);
    const { throughput, medianMs, interval } = models[0]!;
    expect(throughput.perSecond).toBeCloseTo(8000 / medianMs, 9);
    expect(throughput.interval?.low).toEqual(interval && expect.closeTo(8000 / interval.high, 9));
  });

  it("says how it warmed up, and reports progress", async () => {
    const done: number[] = [];
    const { warmUp, plan } = await measureLatency(engine, [products(1)], {
      ...quick,
      progress: { report: (task, count) => void (task === "timing online" && done.push(count)) },
    });
    expect(warmUp.runs).toBeGreaterThanOrEqual(1);
    expect(warmUp.typicalMs).toHaveLength(2);
    expect(done.at(-1)).toBe(plan.blocks * plan.stages);
  });

  it("spends about its budget", async () => {
    const { models } = await measureLatency(engine, [products(4), products(2)], { ...quick, budgetMs: 300 });
    const spent = models.flatMap(({ blocksMs }) => blocksMs.flatMap((block) => [...block])).reduce((a, b) => a + b, 0);
    expect(spent).toBeGreaterThan(20);
    // Held up by other work it may be several times that, but not the default's twenty seconds.
    expect(spent).toBeLessThan(5000);
  });

  it("refuses nothing to time", async () => {
    await expect(measureLatency(engine, [], quick)).rejects.toThrow("MEASURE_MODELS: there is no model to time.");
  });
});
