import { z } from "zod";
import { units } from "./record.ts";

/** The shape of `RunRecord`, for records that come from a file: unknown fields are let through. */
const open = z.looseObject;
const text = z.string();
const number = z.number();
/** As `recordText` writes what is no finite number: null, "Infinity", "-Infinity". */
const measured = z
  .union([z.number(), z.null(), z.enum(["Infinity", "-Infinity"])], { error: "expected a number" })
  .transform((value) => (value === null ? Number.NaN : Number(value)));
const interval = open({ low: measured, high: measured, confidence: number });

const metric = open({
  name: text,
  unit: z.enum(units),
  better: z.enum(["lower", "higher"]),
  value: measured,
  interval: interval.optional(),
  samples: number,
});

const tensor = open({ name: text, dtype: text, shape: z.array(number), bytes: number });
const nodeTime = open({ node: text, op: text, provider: text, ms: number });

const profile = open({
  runs: number,
  totalMs: number,
  nodes: z.array(nodeTime),
  nodeCount: number.optional(),
  providers: z.array(open({ provider: text, nodes: number, ms: number })).optional(),
  transfers: open({ count: number, ms: number }).optional(),
  fallbacks: z.array(nodeTime).optional(),
});

const outcomes = open({
  kind: z.enum(["class", "values", "tokens"]),
  samples: number,
  samplesSha256: text,
  classes: z.array(text).optional(),
  width: number.optional(),
  columns: z.record(text, open({ type: z.enum(["uint8", "int16", "int32", "float32"]), base64: text })),
});

const model = open({
  file: text,
  sha256: text,
  sizeBytes: number,
  compressed: open({ gzipBytes: number, brotliBytes: number }).optional(),
  nodes: number,
  parameters: number,
  weightBytes: number,
  macs: number.nullable(),
  metrics: z.array(metric),
  outcomes: outcomes.optional(),
  confusion: open({ classes: z.array(text), counts: z.array(z.array(number)) }).optional(),
  worstSample: open({ id: text, snr: measured }).optional(),
  worstSamples: z.array(open({ id: text, label: text, prediction: text, loss: measured })).optional(),
  tensors: z.array(tensor).optional(),
  profile: profile.optional(),
});

const training = open({
  label: text,
  role: z.enum(["result", "compared"]),
  metric: text,
  unit: z.enum(units),
  better: z.enum(["lower", "higher"]),
  samples: number,
  parameters: open({ trained: number, frozen: number }),
  before: number.nullable(),
  epochs: z.array(
    open({
      loss: number,
      validationLoss: number.nullable(),
      value: number,
      learningRate: number,
      samplesPerSecond: number,
    }),
  ),
  best: number,
  value: number,
  stored: open({ samples: number, agreement: number.nullable(), snrDb: number.nullable() }).optional(),
});

const note = open({
  kind: z.enum(["changed", "left", "info"]),
  text,
  subjects: z.array(text).optional(),
  sensitivity: open({
    direction: z.enum(["quantized", "float"]),
    unit: z.enum(["nats", "noise"]),
    samples: number,
    all: number.nullable(),
    parts: z.array(open({ nodes: z.array(text), divergence: number.nullable() })),
  }).optional(),
  search: open({
    metric: text.nullable(),
    samples: number,
    candidates: z.array(
      open({
        label: text,
        isChosen: z.boolean(),
        value: number.nullable(),
        drop: number.nullable(),
        dropUpper: number.nullable(),
        agreement: number.nullable(),
        time: open({ ratio: number, interval }).nullable(),
        sizeBytes: number,
      }),
    ),
    regions: z.array(open({ nodes: z.array(text), floatUs: number, integerUs: number, isFloat: z.boolean() })),
  }).optional(),
  proof: open({
    target: text,
    predictedShare: number.nullable(),
    provenShare: number.nullable(),
    disagreements: z.array(open({ node: text, predicted: text, ran: text })),
  }).optional(),
  training: z.array(training).optional(),
});

const step = open({
  name: text,
  options: z.record(text, z.unknown()),
  status: z.enum(["done", "cached"]),
  durationMs: number,
  nodesBefore: number,
  nodesAfter: number,
  sizeBytes: number,
  sha256: text,
  notes: z.array(note),
});

const runTimes = open({ quantilesMs: z.array(number), blockMediansMs: z.array(number) }).optional();

const timing = open({
  name: text,
  engine: text,
  device: text,
  threads: number,
  scenario: text,
  batch: number,
  rate: number.optional(),
  boundMs: number.optional(),
  percentile: number.optional(),
  runs: number,
  rounds: number,
  controlRatio: number,
  noiseFloor: number,
  noiseFloors: z.record(text, number).optional(),
  original: runTimes,
  result: runTimes,
});

const comparison = open({
  metric: text,
  kind: z.enum(["ratio", "difference"]),
  value: measured,
  interval: interval.optional(),
  pValue: number.optional(),
  verdict: z.enum(["better", "same", "worse", "cannot-tell", "not-comparable"]).optional(),
  smallestEffect: number.optional(),
  noiseFloor: number.optional(),
});

const gate = open({ expression: text, status: z.enum(["pass", "fail", "cannot-tell", "skipped"]), reason: text });

const dataNote = open({
  kind: z.enum(["skipped", "duplicates", "seen", "input", "outputs", "held-out"]),
  text,
  count: number.optional(),
  examples: z.array(text).optional(),
});
const environment = open({
  pare: text,
  node: text,
  runtime: open({ name: text, version: text }),
  os: text,
  arch: text,
  cpu: open({ model: text, processors: number, features: z.array(text) }),
  memoryBytes: number,
  host: open({
    system: text,
    cores: open({ logical: number, allowed: number, quota: number.nullable() }),
    governor: text.nullable(),
    memory: open({ bytes: number, limitBytes: number.nullable() }),
    load: number,
  }).optional(),
});

export const recordSchema = open({
  format: z.literal("pare-record"),
  version: z.literal(1),
  run: open({ id: text, startedAt: text, durationMs: number }),
  recipe: open({ name: text, sha256: text, seed: number, text: text.optional(), folder: text.optional() }),
  environment,
  data: z.array(
    open({ split: text, source: text, samples: number, sha256: text, notes: z.array(dataNote).optional() }),
  ),
  original: model,
  result: model,
  steps: z.array(step),
  timings: z.array(timing),
  comparisons: z.array(comparison),
  gates: z.array(gate).optional(),
});
