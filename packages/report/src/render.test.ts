import { expect, test } from "vitest";
import { renderMarkdown } from "./markdown.ts";
import type { ModelRecord, RunRecord } from "./record.ts";
import { renderTable } from "./table.ts";

const interval = (low: number, high: number) => ({ low, high, confidence: 0.95 });

const original: ModelRecord = {
  file: "model.onnx",
  sha256: "a".repeat(64),
  sizeBytes: 213_400,
  nodes: 34,
  parameters: 52_000,
  weightBytes: 208_000,
  macs: 1_200_000,
  metrics: [
    {
      name: "accuracy.top1",
      unit: "ratio",
      better: "higher",
      value: 0.912,
      interval: interval(0.9, 0.92),
      samples: 2000,
    },
    {
      name: "latency.online.p50",
      unit: "ms",
      better: "lower",
      value: 0.57,
      interval: interval(0.56, 0.58),
      samples: 800,
    },
  ],
};

const record: RunRecord = {
  format: "pare-record",
  version: 1,
  run: { id: "0123abcd-1", startedAt: "2026-11-20T10:00:00.000Z", durationMs: 9000 },
  recipe: { name: "quick|start", sha256: "b".repeat(64), seed: 7 },
  environment: {
    pare: "0.1.0",
    node: "20.20.2",
    runtime: { name: "onnxruntime-node", version: "1.30.0" },
    os: "linux",
    arch: "x64",
    cpu: { model: "Some CPU", processors: 2, features: ["avx2"] },
    memoryBytes: 8e9,
  },
  data: [{ split: "test", source: "generated glyphs, seed 1", samples: 2000, sha256: "c".repeat(64) }],
  original,
  result: { ...original, sha256: "d".repeat(64), sizeBytes: 210_000, nodes: 20 },
  timings: [
    {
      name: "online",
      engine: "onnxruntime",
      device: "cpu",
      threads: 1,
      scenario: "online",
      batch: 1,
      runs: 800,
      rounds: 40,
      controlRatio: 1.001,
      noiseFloor: 0.012,
    },
  ],
  comparisons: [
    { metric: "accuracy.top1", kind: "difference", value: 0, interval: interval(-0.001, 0.001) },
    { metric: "latency.online.p50", kind: "ratio", value: 0.97, interval: interval(0.95, 0.99) },
  ],
  steps: [
    {
      name: "simplify",
      options: {},
      status: "done",
      durationMs: 120,
      nodesBefore: 34,
      nodesAfter: 20,
      sizeBytes: 210_000,
      sha256: "d".repeat(64),
      notes: [
        { kind: "changed", text: "folded 7 batch normalisations" },
        { kind: "left", text: "Pad <p1>: its mode is not constant" },
      ],
    },
  ],
};

test("the table for the terminal moves intervals below their values where 80 columns are too few", () => {
  expect(renderTable(record)).toMatchInlineSnapshot(`
    "                            original            result            change
    ────────────────────────────────────────────────────────────────────────
    accuracy.top1                91.20 %           91.20 %          ±0.00 pp
                        (90.00 to 92.00)  (90.00 to 92.00)  (−0.10 to +0.10)
    latency.online.p50          0.570 ms          0.570 ms           × 0.970
                        (0.560 to 0.580)  (0.560 to 0.580)  (0.950 to 0.990)
    size                          213 kB            210 kB            −1.6 %
    nodes                             34                20           −41.2 %
    parameters                    52 000            52 000              same
    MACs                          1.20 M            1.20 M              same
    "
  `);
});

test("a wide terminal keeps them on one line", () => {
  const line = renderTable(record, 120).split("\n")[2];
  expect(line).toMatchInlineSnapshot(
    `"accuracy.top1        91.20 % (90.00 to 92.00)   91.20 % (90.00 to 92.00)  ±0.00 pp (−0.10 to +0.10)"`,
  );
});

test("the Markdown shows the comparison, the steps and the place, and escapes names", () => {
  expect(renderMarkdown(record)).toMatchInlineSnapshot(`
    "## quick\\|start: 34 → 20 nodes, 213 kB → 210 kB

    | | original | result | change |
    |---|---:|---:|---:|
    | accuracy.top1 | 91.20 % (90.00 to 92.00) | 91.20 % (90.00 to 92.00) | ±0.00 pp (−0.10 to +0.10) |
    | latency.online.p50 | 0.570 ms (0.560 to 0.580) | 0.570 ms (0.560 to 0.580) | × 0.970 (0.950 to 0.990) |
    | size | 213 kB | 210 kB | −1.6 % |
    | nodes | 34 | 20 | −41.2 % |
    | parameters | 52 000 | 52 000 | same |
    | MACs | 1.20 M | 1.20 M | same |

    In brackets: 95 % confidence intervals.

    ### Steps

    - **simplify**: 34 → 20 nodes in 120 ms
      - folded 7 batch normalisations
      - left alone: Pad \\<p1\\>: its mode is not constant

    ### Where

    - Some CPU (avx2), 2 processors, 8.00 GB memory
    - pare 0.1.0, onnxruntime-node 1.30.0, Node.js 20.20.2, linux x64
    - test data: generated glyphs, seed 1, 2000 samples

    <sub>Run 0123abcd-1 · recipe bbbbbbbbbbbb · result dddddddddddd · 2026-11-20T10:00:00.000Z</sub>
    "
  `);
});

test("what only one of the models has is shown with a dash", () => {
  const lines = renderTable({ ...record, result: { ...record.result, metrics: [] }, comparisons: [] }).split("\n");
  expect(lines.find((line) => line.startsWith("accuracy"))).toMatch(/91\.20 % \(90\.00 to 92\.00\)\s+–$/);
});
