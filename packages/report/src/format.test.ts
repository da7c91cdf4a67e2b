import { expect, test } from "vitest";
import {
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatMetric,
  formatQuantity,
  signed,
  significant,
} from "./format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [1_234_567, "1.23 MB"],
  [999_499, "999 kB"],
  [999_500, "1.00 MB"],
  [6e9, "6.00 GB"],
])("%d bytes as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0, "0"],
  [999, "999"],
  [1234, "1 234"],
  [99_999, "99 999"],
  [100_000, "100 k"],
  [12_345_678, "12.3 M"],
])("count %d as %s", (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [0, "0"],
  [0.0123, "0.0123"],
  [1.234, "1.23"],
  [12.34, "12.3"],
  [1234.5, "1235"],
  [-0.5, "-0.500"],
  [Number.NaN, "NaN"],
])("%d with three digits is %s", (value, text) => expect(significant(value)).toBe(text));

test.each([
  [250, "250 ms"],
  [2500, "2.5 s"],
  [59_960, "1 min 0 s"],
  [150_000, "2 min 30 s"],
])("%d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test("quantities carry their unit", () => {
  expect(formatQuantity(0.912, "ratio")).toBe("91.20 %");
  expect(formatQuantity(0.5678, "ms")).toBe("0.568 ms");
  expect(formatQuantity(1750, "per-second")).toBe("1750 /s");
  expect(formatQuantity(0.25, "nats")).toBe("0.2500");
});

test("a metric shows its interval once, without repeating the unit", () => {
  const metric = { name: "accuracy.top1", unit: "ratio", better: "higher", value: 0.912, samples: 1000 } as const;
  expect(formatMetric(metric)).toBe("91.20 %");
  expect(formatMetric({ ...metric, interval: { low: 0.8997, high: 0.9231, confidence: 0.95 } })).toBe(
    "91.20 % (89.97 to 92.31)",
  );
});

test.each([
  [0.99998, [0.99997, 0.99999], "0.999980 (0.999970 to 0.999990)"],
  [12_345.678, [12_000, 12_700], "12346 (12000 to 12700)"],
  [0.5, [0.4, 0.6], "0.50 (0.40 to 0.60)"],
  [2.34567, undefined, "2.346"],
  [1, [1, 1], "1.000 (1.000 to 1.000)"],
] as const)("a value without a unit, %d, has the digits that its interval bears out", (value, range, text) => {
  const interval = range && { interval: { low: range[0], high: range[1], confidence: 0.95 } };
  expect(formatMetric({ name: "rmse", unit: "plain", better: "lower", value, samples: 9, ...interval })).toBe(text);
});

test("what is no finite number is said in words, whatever its unit", () => {
  expect(formatQuantity(Number.NaN, "nats")).toBe("not a number");
  expect(formatQuantity(Infinity, "ratio")).toBe("∞");
  expect(formatQuantity(-Infinity, "plain")).toBe("−∞");
  const interval = { low: Number.NaN, high: Number.NaN, confidence: 0.95 };
  expect(formatMetric({ name: "loss", unit: "nats", better: "lower", value: Number.NaN, samples: 9, interval })).toBe(
    "not a number",
  );
});

test("changes: same, new, more, less, and a rounding zero has no direction", () => {
  expect(formatChange(4, 4)).toBe("same");
  expect(formatChange(0, 4)).toBe("new");
  expect(formatChange(4, 2)).toBe("−50.0 %");
  expect(formatChange(4, Number.NaN)).toBe("");
  expect(formatChange(4, 5)).toBe("+25.0 %");
  expect(signed(-0.0001, 2, " pp")).toBe("±0.00 pp");
});
