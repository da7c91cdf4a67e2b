import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { encodeOutcomes } from "@pare/measure";
import type { Metric, ModelRecord, RunRecord, TimingRecord } from "@pare/report";
import { afterAll, describe, expect, it } from "vitest";
import { describeFiles } from "../model/files.ts";
import { compareRecords } from "./compare.ts";
import type { CompareRow } from "./rows.ts";
import { comparedMarkdown, comparedText } from "./text.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));

const online: TimingRecord = {
  ...{ name: "online", engine: "onnxruntime", device: "cpu", threads: 1, scenario: "online", batch: 1 },
  ...{ runs: 100, rounds: 20, controlRatio: 1, noiseFloor: 0.01 },
};

const blank: Omit<ModelRecord, "sha256" | "sizeBytes"> = {
  ...{ file: "model.onnx", nodes: 1, parameters: 1, weightBytes: 1, macs: null, metrics: [] },
};

function recordOf(result: Partial<ModelRecord>, rest: Partial<RunRecord> = {}): RunRecord {
  return {
    format: "pare-record",
    version: 1,
    run: { id: "r", startedAt: "2026-01-01T00:00:00Z", durationMs: 1 },
    recipe: { name: "r", sha256: "0", seed: 0 },
    environment: {
      ...{ pare: "0", node: "20", runtime: { name: "ort", version: "1" }, os: "linux", arch: "x64", memoryBytes: 1 },
      cpu: { model: "another processor", processors: 1, features: [] },
    },
    data: [{ split: "test", source: "s", samples: 1000, sha256: "d1" }],
    original: { ...blank, sha256: "original", sizeBytes: 1000 },
    result: { ...blank, sha256: "result", sizeBytes: 1000, ...result },
    steps: [],
    timings: [],
    comparisons: [],
    ...rest,
  };
}

let folders = 0;
function written(record: RunRecord): string {
  const path = join(folder, `run-${folders++}`);
  mkdirSync(path);
  writeFileSync(join(path, "record.json"), JSON.stringify(record));
  return path;
}

const top1 = (value: number, low: number, high: number): Metric => ({
  ...{ name: "accuracy.top1", unit: "ratio", better: "higher", value, samples: 1000 },
  interval: { low, high, confidence: 0.95 },
});

const verdictOf = async (base: RunRecord, head: RunRecord) => {
  const compared = await compareRecords(written(base), written(head), { fromRecords: true });
  return Object.fromEntries(compared.rows.map(({ metric, verdict }) => [metric, verdict]));
};

describe("compareRecords from records alone", () => {
  it("judges accuracy by its intervals and size exactly", async () => {
    const base = recordOf({ metrics: [top1(0.9, 0.88, 0.92)], sizeBytes: 1000 });
    const head = recordOf({ sha256: "other", metrics: [top1(0.8, 0.78, 0.82)], sizeBytes: 900 });
    expect(await verdictOf(base, head)).toEqual({ "accuracy.top1": "worse", "size.file": "better" });
    const near = recordOf({ sha256: "other", metrics: [top1(0.89, 0.87, 0.91)], sizeBytes: 1001 });
    expect(await verdictOf(base, near)).toEqual({ "accuracy.top1": "cannot-tell", "size.file": "same" });
  });

  /** Of 100 samples; each `wrong`-th is wrong. */
  const outcomes = (samples: string, wrong: number, loss = 0.1) => {
    const all = Array.from({ length: 100 }, (_, i) => i);
    return encodeOutcomes(
      {
        kind: "class",
        classes: ["a", "b"],
        labels: Int32Array.from(all, () => 0),
        predictions: Int32Array.from(all, (i) => (i % wrong === 0 ? 1 : 0)),
        ranks: Int32Array.from(all, (i) => (i % wrong === 0 ? 1 : 0)),
        losses: Float64Array.from(all, () => loss),
        confidences: Float32Array.from(all, () => 0.9),
      },
      samples,
    );
  };
  const otherData = { data: [{ split: "test", source: "s", samples: 1000, sha256: "d2" }] };

  it("does not compare accuracy on other test data, and says so", async () => {
    const base = recordOf({ metrics: [top1(0.95, 0.94, 0.96)] });
    const head = recordOf({ metrics: [top1(0.42, 0.4, 0.44)] }, otherData);
    const compared = await compareRecords(written(base), written(head), { fromRecords: true });
    expect(compared.rows[0]).toMatchObject({ verdict: "not-comparable", base: 0.95, head: 0.42 });
    expect(compared.verdict).toBe("same");
    const text = comparedText(compared, 120);
    expect(text).toContain("nothing that can be compared is worse");
    expect(text).toContain("- accuracy.top1: the test data differ.");
    const paired = await compareRecords(
      written(recordOf({ metrics: [top1(0.95, 0.94, 0.96)], outcomes: outcomes("s1", 20) })),
      written(recordOf({ metrics: [top1(Number.NaN, 0.4, 0.44)], outcomes: outcomes("s2", 2) })),
      { fromRecords: true },
    );
    expect(paired.rows[0]).toMatchObject({ verdict: "not-comparable", note: "other samples of the test data" });
  });

  it("says which record lacks the outcomes", async () => {
    const base = recordOf({ metrics: [top1(0.9, 0.88, 0.92)], outcomes: outcomes("s1", 20) });
    const head = recordOf({ sha256: "other", metrics: [top1(0.8, 0.78, 0.82)] });
    const { rows } = await compareRecords(written(base), written(head), { fromRecords: true });
    expect(rows[0]).toMatchObject({
      verdict: "worse",
      note: "the same samples, but the head lacks its outcomes: judged by the two intervals",
    });
  });

  it("calls identical outcomes on the same samples the same, and those of another model only as far as they tell", async () => {
    const of = (loss: number, sha256: string) =>
      recordOf({ sha256, metrics: [top1(0.95, 0.94, 0.96)], outcomes: outcomes("s1", 20, loss) });
    expect((await verdictOf(of(0.1, "a"), of(0.1, "b")))["accuracy.top1"]).toBe("same");
    expect((await verdictOf(of(0.1, "a"), of(0.11, "b")))["accuracy.top1"]).toBe("cannot-tell");
  });

  const timed = (value: number, original = "original") =>
    recordOf(
      {},
      {
        timings: [online],
        original: { ...blank, sha256: original, sizeBytes: 1000 },
        comparisons: [
          {
            ...{ metric: "latency.online.p50", kind: "ratio", value },
            interval: { low: value * 0.995, high: value * 1.005, confidence: 0.95 },
          },
        ],
      },
    );

  it("judges times by the ratio to an original that both runs share", async () => {
    expect((await verdictOf(timed(0.5), timed(0.6)))["latency.online.p50"]).toBe("worse");
    expect((await verdictOf(timed(0.6), timed(0.5)))["latency.online.p50"]).toBe("better");
    expect((await verdictOf(timed(0.5), timed(0.502)))["latency.online.p50"]).toBe("same");
  });

  it("says where a verdict of times rests on the noise floor", async () => {
    const loud = (value: number): RunRecord => ({ ...timed(value), timings: [{ ...online, noiseFloor: 0.08 }] });
    const compared = await compareRecords(written(loud(0.5)), written(loud(0.7)), { fromRecords: true });
    expect(compared.rows[0]).toMatchObject({ verdict: "worse", noiseFloor: 0.08 });
    const near = await compareRecords(written(loud(0.5)), written(loud(0.6)), { fromRecords: true });
    expect(near.rows[0]!.verdict).toBe("cannot-tell");
    expect(comparedText(near, 150)).toMatch(
      /latency\.online\.p50: the smallest effect that could have been seen is × 1\.\d+, with a noise floor of 8\.0 %\./,
    );
    const row: CompareRow = { ...near.rows[0]!, value: 1.03, verdict: "same" };
    const interval = { low: 0.99, high: 1.07, confidence: 0.95 };
    const { smallestEffect: _, ...same } = row;
    expect(comparedText({ ...near, rows: [{ ...same, interval }] }, 150)).toContain(
      "- latency.online.p50: the verdict rests on the noise floor of 8.0 %.",
    );
  });

  it("does not compare times without a common original, or of other processors", async () => {
    expect((await verdictOf(timed(0.5), timed(0.9, "another")))["latency.online.p50"]).toBe("not-comparable");
    const elsewhere = { ...timed(0.5), environment: { ...timed(0.5).environment, arch: "arm64" } };
    const compared = await compareRecords(written(elsewhere), written(timed(0.9)), { fromRecords: true });
    expect(comparedText(compared, 120)).toContain(
      "latency.online.p50: the runs were on different hosts: platform (linux arm64 and linux x64).",
    );
    expect(comparedText(compared)).not.toContain("× 1.8");
  });
});

describe("compareRecords, measured again", () => {
  /** A run of a model with `times` products. */
  async function run(times: number): Promise<string> {
    const nodes = Array.from({ length: times }, (_, i) => `h${i + 1} = MatMul (h${i}, w)`).join(" ");
    const text = `main (float[1, 128] h0) => (float[1, 128] h${times}) <float[128, 128] w = random(1)> { ${nodes} }`;
    const path = join(folder, `run-${folders++}`);
    mkdirSync(path);
    writeModel(parseModel(text), join(path, "model.onnx"));
    const { sha256, sizeBytes } = await describeFiles([join(path, "model.onnx")]);
    writeFileSync(
      join(path, "record.json"),
      JSON.stringify(recordOf({ sha256, sizeBytes }, { timings: [online], data: [] })),
    );
    return path;
  }

  it("finds a head with ten times the work worse, and says where it was measured", async () => {
    const compared = await compareRecords(await run(4), await run(40), { budget: 0.5, starts: 0 });
    const verdicts = new Map(compared.rows.map(({ metric, verdict }) => [metric, verdict]));
    expect(verdicts.get("latency.online.p50")).toBe("worse");
    expect(verdicts.get("size.file")).toBe("worse");
    // Percentiles are there as far as so short a measurement has runs enough for them.
    expect([...verdicts.values()]).not.toContain("better");
    expect(compared.verdict).toBe("worse");
    expect(compared.hostNotes.join()).toMatch(
      /measured here, not where the base was made \(there and here: processor \(another/,
    );
    expect(compared.inputs).toBe("drawn inputs: the test data of the base could not be opened (the run had none)");
    expect(comparedMarkdown(compared)).toMatch(
      /^### pare: worse: latency\.online\.p50, .*size\.file \(both models measured/,
    );
  });

  it("finds a model by its content only", async () => {
    const [base, other] = [await run(1), await run(2)];
    const cacheFolder = join(folder, "no-cache");
    await expect(
      compareRecords(base, base, { baseModel: join(other, "model.onnx"), cacheFolder, budget: 0.1 }),
    ).rejects.toThrow(/^COMPARE_MODEL at .*: this is not the model of the base record/);
    rmSync(join(base, "model.onnx"));
    await expect(compareRecords(base, other, { cacheFolder, budget: 0.1 })).rejects.toThrow(
      /^COMPARE_MODEL at base: the model of the base record was not found by its content .*--base-model model\.onnx/,
    );
  });
});
