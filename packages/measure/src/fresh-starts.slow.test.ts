import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { measureFreshStarts, peakMemoryRatio, startRatio } from "./fresh-starts.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-starts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a model that makes a tensor of `side` by `side` numbers. */
function modelOf(side: number): string {
  const path = join(folder, `${side}.onnx`);
  const text = `main (float[N, 1] x) => (float[N, ${side}] y) <float[1, ${side}] w = random(1)> { y = MatMul (x, w) }`;
  writeModel(parseModel(text), path);
  return path;
}

describe("measureFreshStarts", () => {
  it("gives the time and the highest memory of each start", async () => {
    const inputs = new Map([["x", tensorOf("float32", [2000, 1], new Array(2000).fill(1))]]);
    const paths = [modelOf(1), modelOf(20_000)];
    const [small, large] = await measureFreshStarts(paths, { inputs: [inputs, inputs], starts: 2 });
    expect(small!.coldStartMs).toHaveLength(2);
    expect(large!.coldStartMs[0]!).toBeGreaterThan(large!.loadMs[0]!);
    for (const ms of [...small!.coldStartMs, ...large!.coldStartMs]) expect(ms).toBeGreaterThan(0);
    if (process.platform !== "linux") return;
    // 2,000 times 20,000 numbers of 4 bytes: 160 MB.
    expect(large!.peakBytes![0]! - small!.peakBytes![0]!).toBeGreaterThan(150e6);
    expect(peakMemoryRatio(small!, large!, 0)!.ratio).toBeGreaterThan(1.5);
  });
});

describe("startRatio", () => {
  it("is the median of the ratios of neighbours, between the least and the largest of six", () => {
    const base = [100, 102, 98, 100, 100, 100];
    const { ratio, interval, noiseFloor } = startRatio(base, [150, 153, 147, 150, 160, 140]);
    expect(ratio).toBeCloseTo(1.5, 12);
    expect(interval).toMatchObject({ low: 1.4, high: 1.6 });
    // Changes from start to start: 2, 4, 2, 0, 0 and 2, 4, 2, 7, 14 per cent.
    expect(noiseFloor).toBeCloseTo(160 / 140 - 1, 12);
  });

  it("has no interval of fewer than six", () => {
    expect(startRatio([1, 1, 1, 1, 1], [2, 2, 2, 2, 2]).interval).toBeUndefined();
  });
});
