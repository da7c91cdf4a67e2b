import type { ModelRecord, RunRecord, RunTimes } from "../src/record.ts";

const interval = (low: number, high: number) => ({ low, high, confidence: 0.95 });

/** Small and made up: numbers that a reader can check by hand. */
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

export const record: RunRecord = {
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

/** Runs between `fast` and `slow` ms, most of them near the fast end. */
function times(fast: number, slow: number): RunTimes {
  const quantilesMs = Array.from({ length: 101 }, (_, i) => fast + (slow - fast) * (i / 100) ** 4);
  const blockMediansMs = Array.from(
    { length: 40 },
    (_, i) => fast * (1.06 + 0.03 * Math.sin(i) + (i === 17 ? 0.2 : 0)),
  );
  return { quantilesMs, blockMediansMs };
}

const profile = (scale: number, fused: boolean) => {
  const nodes = [
    { node: "/features.0/Conv", op: "Conv", ms: 0.2 * scale },
    { node: "/features.3/Conv", op: "Conv", ms: 0.12 * scale },
    ...(fused ? [] : [{ node: "/features.1/BatchNormalization", op: "BatchNormalization", ms: 0.06 }]),
    { node: "/classifier/Gemm", op: "Gemm", ms: 0.03 * scale },
  ];
  const totalMs = nodes.reduce((sum, { ms }) => sum + ms, 0.01);
  return { runs: 50, totalMs, nodes: nodes.map((node) => ({ ...node, provider: "CPUExecutionProvider" })) };
};

const tensors = [
  { name: "features.3.weight", dtype: "float32", shape: [64, 32, 3, 3], bytes: 73_728 },
  { name: "classifier.weight", dtype: "float32", shape: [10, 3000], bytes: 120_000 },
];

const confusion = (counts: readonly (readonly number[])[]) => ({ confusion: { classes: ["cat", "dog"], counts } });
const worst = (loss: number) => [{ id: "dog/0017.png", label: "dog", prediction: "cat", loss }];

/** The same with everything that a record may have. */
export const fullRecord: RunRecord = {
  ...record,
  recipe: { ...record.recipe, name: "quickstart", text: "version: 1\nname: quickstart\nmodel: <model>.onnx\n" },
  original: {
    ...record.original,
    ...confusion([
      [912, 88],
      [88, 912],
    ]),
    tensors,
    profile: profile(1, false),
    worstSamples: worst(6.2),
  },
  result: {
    ...record.result,
    ...confusion([
      [906, 94],
      [90, 910],
    ]),
    worstSamples: worst(7.5),
    worstSample: { id: "dog/0023.png", snr: 18.3 },
    tensors: tensors.slice(1),
    weightBytes: 130_000,
    profile: profile(0.9, true),
    metrics: record.result.metrics.map((metric) =>
      metric.unit === "ms" ? { ...metric, value: 0.42, interval: interval(0.41, 0.43) } : { ...metric, value: 0.908 },
    ),
  },
  timings: record.timings.map((timing) => ({ ...timing, original: times(0.52, 0.9), result: times(0.38, 0.75) })),
  comparisons: [
    {
      metric: "accuracy.top1",
      kind: "difference",
      value: -0.004,
      interval: interval(-0.006, -0.002),
      verdict: "cannot-tell",
      smallestEffect: -0.006,
    },
    { metric: "latency.online.p50", kind: "ratio", value: 0.737, interval: interval(0.72, 0.75), verdict: "better" },
  ],
  gates: [
    { expression: "size.file <= original.size.file", status: "pass", reason: "210000 <= 213400: holds" },
    {
      expression: "latency.online.p50 < original.latency.online.p50 / 2",
      status: "fail",
      reason: "0.42 (0.41 to 0.428) < 0.285: does not hold in the whole interval",
    },
    {
      expression: "accuracy.top1 > 0.905",
      status: "cannot-tell",
      reason: "0.908 (0.9 to 0.92) > 0.905: not decided by the intervals",
    },
    { expression: "nodes <= base.nodes", status: "skipped", reason: "there is no base to compare with" },
  ],
};
