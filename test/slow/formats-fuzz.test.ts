import { expect, test } from "vitest";
import { fuzz } from "../../packages/formats/testing/fuzz.ts";

test("10,000 damaged model files read or are refused, quickly and in little memory", () => {
  fuzz(1_000_000, 500); // compiled code and caches, before memory is looked at
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const { read, refused, slowestMs, slowestSeed } = fuzz(0, 10_000);
  const grownMb = (process.memoryUsage.rss() - before) / 1e6;
  expect(read).toBeGreaterThan(2000);
  expect([...refused.keys()].every((code) => /^(ONNX|GRAPH|MODEL)_/.test(code))).toBe(true);
  expect(refused.size).toBeGreaterThan(5);
  expect(slowestMs, `seed ${slowestSeed}`).toBeLessThan(2000);
  expect(grownMb).toBeLessThan(300);
}, 120_000);
