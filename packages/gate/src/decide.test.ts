import type { Comparison, Metric, RunRecord } from "@pare/report";
import { expect, test } from "vitest";
import { decideGate } from "./decide.ts";
import { parseGate } from "./parse.ts";
import { readingsOf, structureNames } from "./readings.ts";

const interval = (low: number, high: number) => ({ interval: { low, high, confidence: 0.95 } });

function metric(name: string, unit: Metric["unit"], value: number, range?: readonly [number, number]): Metric {
  return { name, unit, better: "lower", value, samples: 100, ...(range && interval(...range)) };
}

interface Values {
  readonly metrics: readonly Metric[];
  readonly sizeBytes: number;
}

const model = ({ metrics, sizeBytes }: Values) => ({
  file: "m.onnx",
  sha256: "a".repeat(64),
  sizeBytes,
  nodes: 20,
  parameters: 1000,
  weightBytes: 4000,
  macs: null,
  metrics,
});

function recordOf(original: Values, result: Values, comparisons: readonly Comparison[], data = "d1"): RunRecord {
  return {
    format: "pare-record",
    version: 1,
    run: { id: "1-1", startedAt: "2026-11-20T10:00:00.000Z", durationMs: 1 },
    recipe: { name: "r", sha256: "b".repeat(64), seed: 0 },
    environment: {
      pare: "0.1.0",
      node: "20",
      runtime: { name: "onnxruntime-node", version: "1" },
      os: "linux",
      arch: "x64",
      cpu: { model: "CPU", processors: 2, features: [] },
      memoryBytes: 1,
    },
    data: [{ split: "test", source: "s", samples: 100, sha256: data }],
    original: model(original),
    result: model(result),
    steps: [],
    timings: [],
    comparisons,
  };
}

/** Accuracy 90 % to 88 %, half the latency, half the size; the loss has no interval. */
const record = recordOf(
  {
    sizeBytes: 1000,
    metrics: [
      metric("accuracy.top1", "ratio", 0.9, [0.88, 0.92]),
      metric("latency.online.p50", "ms", 4, [3.9, 4.1]),
      metric("loss", "nats", 0.3),
    ],
  },
  {
    sizeBytes: 500,
    metrics: [
      metric("accuracy.top1", "ratio", 0.88, [0.85, 0.9]),
      metric("latency.online.p50", "ms", 2, [1.9, 2.1]),
      metric("loss", "nats", 0.31),
    ],
  },
  [
    { metric: "accuracy.top1", kind: "difference", value: -0.02, ...interval(-0.025, -0.015) },
    { metric: "latency.online.p50", kind: "ratio", value: 0.5, ...interval(0.49, 0.51) },
  ],
);

const names = ["accuracy.top1", "latency.online.p50", "latency.online.p99", "loss", ...structureNames];
const decide = (text: string, base?: RunRecord) =>
  decideGate(parseGate(text, { known: names }, "gates[0]"), readingsOf(record, base));

test.each([
  ["size.file <= 0.5 * original.size.file", "pass"],
  ["size.file < 0.5 * original.size.file", "fail"],
  ["nodes == original.nodes", "pass"],
  ["nodes != 20", "fail"],
  ["size.weights / parameters == 4", "pass"],
  ["size.gzip < size.file", "cannot-tell"],
  // Paired: the difference is −0.025 to −0.015, though each accuracy alone is ± 0.02.
  ["accuracy.top1 >= original.accuracy.top1 - 0.03", "pass"],
  ["accuracy.top1 >= original.accuracy.top1 - 0.01", "fail"],
  ["accuracy.top1 >= original.accuracy.top1 - 0.02", "cannot-tell"],
  // Alone: its own interval counts.
  ["accuracy.top1 > 0.84", "pass"],
  ["accuracy.top1 > 0.89", "cannot-tell"],
  ["accuracy.top1 > 0.9", "fail"],
  ["latency.online.p50 <= original.latency.online.p50 / 1.9", "pass"],
  ["latency.online.p50 <= original.latency.online.p50 / 2", "cannot-tell"],
  ["latency.online.p50 <= original.latency.online.p50 / 2.2", "fail"],
  ["loss <= 0.5", "cannot-tell"],
  ["latency.online.p99 < 9", "cannot-tell"],
  ["macs < 9", "cannot-tell"],
  // Kleene: an undecided half does not matter where the other decides.
  ["loss <= 0.5 or nodes == 20", "pass"],
  ["loss <= 0.5 and nodes == 21", "fail"],
  ["loss <= 0.5 and nodes == 20", "cannot-tell"],
  ["not (nodes > 20)", "pass"],
  ["not (loss > 1)", "cannot-tell"],
  ["10 < nodes <= 20", "pass"],
  ["nodes / 0 > 1", "pass"],
  ["0 / 0 > nodes", "cannot-tell"],
  ["accuracy.top1 >= base.accuracy.top1", "skipped"],
])("%s: %s", (text, status) => expect(decide(text).status).toBe(status));

test("the reason has the numbers", () => {
  expect(decide("accuracy.top1 >= original.accuracy.top1 - 0.02").reason).toBe(
    "0.88 (0.875 to 0.885) >= 0.88: not decided by the intervals",
  );
  expect(decide("size.file < 600").reason).toBe("500 < 600: holds");
  expect(decide("accuracy.top1 > 0.84").reason).toBe("0.88 (0.85 to 0.9) > 0.84: holds in the whole interval");
  expect(decide("loss < 1").reason).toBe("0.31 (no interval) < 1: not decided by the intervals");
  expect(decide("latency.online.p99 < 9").reason).toBe("latency.online.p99 was not measured");
});

test("against a base: accuracy on the same samples and size are judged, times are not", () => {
  const worse = metric("accuracy.top1", "ratio", 0.8, [0.78, 0.82]);
  const base = recordOf(
    { sizeBytes: 1000, metrics: [] },
    { sizeBytes: 400, metrics: [worse, metric("latency.online.p50", "ms", 3, [2.9, 3.1])] },
    [],
  );
  expect(decide("accuracy.top1 >= base.accuracy.top1", base).status).toBe("pass");
  expect(decide("size.file <= base.size.file", base).status).toBe("fail");
  expect(decide("latency.online.p50 <= base.latency.online.p50", base)).toMatchObject({
    status: "cannot-tell",
    reason: "times of two runs are not comparable: `pare compare` measures both models again",
  });
  const other = { ...base, data: [{ ...base.data[0]!, sha256: "d2" }] };
  expect(decide("accuracy.top1 >= base.accuracy.top1", other)).toMatchObject({
    status: "cannot-tell",
    reason: "the base was measured on other samples",
  });
});

test("against a base, pairs of samples and ratios to one original decide where there are such", () => {
  const accuracy = metric("accuracy.top1", "ratio", 0.89, [0.86, 0.91]);
  const base = recordOf(
    { sizeBytes: 1000, metrics: [] },
    { sizeBytes: 400, metrics: [accuracy, metric("latency.online.p50", "ms", 3, [2.9, 3.1])] },
    [],
  );
  const changes = [
    { metric: "accuracy.top1", kind: "difference", value: -0.01, ...interval(-0.012, -0.008) },
    { metric: "latency.online.p50", kind: "ratio", value: 0.7, ...interval(0.6, 0.8) },
  ] as const;
  const against = (text: string) =>
    decideGate(parseGate(text, { known: names }, "gates[0]"), readingsOf(record, base, changes));
  expect(against("accuracy.top1 >= base.accuracy.top1 - 0.015").status).toBe("pass");
  expect(against("accuracy.top1 >= base.accuracy.top1 - 0.005").status).toBe("fail");
  expect(against("latency.online.p50 <= base.latency.online.p50").status).toBe("pass");
  expect(against("latency.online.p50 <= 0.7 * base.latency.online.p50")).toMatchObject({
    status: "cannot-tell",
    reason: "2.1 (1.8 to 2.4) <= 2.1: not decided by the intervals",
  });
});

test("what is not a number cannot be told, but fails where the original's was one; infinities are decided", () => {
  const values = (loss: number, auc: number) => ({
    sizeBytes: 1,
    metrics: [metric("loss", "nats", loss), metric("accuracy.top1", "ratio", auc)],
  });
  const broken = recordOf(values(0.3, Number.NaN), values(Number.NaN, Number.NaN), []);
  const judge = (text: string, of: RunRecord) =>
    decideGate(parseGate(text, { known: names }, "gates[0]"), readingsOf(of));
  expect(judge("loss < 2", broken)).toMatchObject({
    status: "fail",
    reason: "loss is not a number, that of the original is",
  });
  expect(judge("accuracy.top1 > original.accuracy.top1 - 0.1", broken)).toMatchObject({
    status: "cannot-tell",
    reason: "accuracy.top1 is not a number: the data does not define it, or the model gave none",
  });
  const infinite = recordOf(values(0.3, 0.5), values(Infinity, 0.5), [
    { metric: "loss", kind: "difference", value: Infinity },
  ]);
  expect(judge("loss < 2", infinite)).toMatchObject({ status: "fail", reason: "∞ < 2: does not hold" });
});

test("a class that there is not fails, whatever else the gate says", () => {
  const values = (of: string) => ({ sizeBytes: 1, metrics: [metric(`recall.class.${of}`, "ratio", 0.9, [0.8, 0.95])] });
  const named = { known: names, perClass: ["recall.class"] };
  const judge = (text: string, base?: RunRecord) =>
    decideGate(parseGate(text, named, "gates[0]"), readingsOf(recordOf(values("cat"), values("cat"), []), base));
  expect(judge("recall.class.cat > 0.5").status).toBe("pass");
  expect(judge("recall.class.zzz > 0.1")).toMatchObject({ status: "fail", reason: 'there is no class "zzz": cat' });
  expect(judge("original.recall.class.zzz > 0.1 or nodes > 1").status).toBe("fail");
  const base = recordOf(values("dog"), values("dog"), []);
  expect(judge("recall.class.cat > base.recall.class.cat", base).status).toBe("cannot-tell");
});
