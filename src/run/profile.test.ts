import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { expect, test } from "vitest";
import { driver, driverEnv, hasDriver } from "../../packages/engine/testing/swiftshader.ts";
import { profileModel, summarise } from "./profile.ts";

const event = (index: number, op: string, durationUs: number) => ({
  node: `n${index}`,
  op,
  provider: "CPUExecutionProvider",
  durationUs,
  index,
  inputs: [],
  outputs: [],
});

test("the first three of five runs settle; the rest is averaged, slowest node first", () => {
  const runs = [900, 500, 300, 100, 300].map((us, i) => [event(0, "Conv", us), event(1, "Gemm", 10 * (i + 1))]);
  expect(summarise({ runs: 5, events: runs.flat() })).toMatchObject({
    runs: 2,
    totalMs: 0.245,
    nodes: [
      { node: "n0", op: "Conv", provider: "CPUExecutionProvider", ms: 0.2 },
      { node: "n1", op: "Gemm", provider: "CPUExecutionProvider", ms: 0.045 },
    ],
  });
});

test("a node in a loop counts each time", () => {
  const runs = Array.from({ length: 4 }, () => [event(0, "Add", 5), event(0, "Add", 7)]).flat();
  expect(summarise({ runs: 4, events: runs })).toMatchObject({ runs: 1, totalMs: 0.012 });
});

test("on another device, what ran on the processor is listed, and copies are counted", () => {
  const onGpu = (index: number, op: string) => ({ ...event(index, op, 10), provider: "WebGpuExecutionProvider" });
  const events = [onGpu(0, "Conv"), onGpu(1, "MemcpyToHost"), event(2, "NonZero", 30)];
  const profile = summarise({ runs: 1, events }, "webgpu");
  expect(profile.providers).toEqual([
    { provider: "CPUExecutionProvider", nodes: 1, ms: 0.03 },
    { provider: "WebGpuExecutionProvider", nodes: 2, ms: 0.02 },
  ]);
  expect(profile.transfers).toEqual({ count: 1, ms: 0.01 });
  expect(profile.fallbacks!.map(({ op }) => op)).toEqual(["NonZero"]);
  expect(summarise({ runs: 1, events: [event(0, "Conv", 1)] }).fallbacks).toBeUndefined();
});

test("what a condition or a loop holds counts, not the condition too", () => {
  const profile = summarise({ runs: 1, events: [event(0, "If", 100), event(0, "Add", 90)] });
  expect(profile).toMatchObject({ totalMs: 0.09, nodeCount: 1 });
});

test.skipIf(!hasDriver)(
  `a model on webgpu: providers, fallbacks, copies (skipped where ${driver} is missing: no Vulkan driver)`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "pare-profile-"));
    try {
      const path = join(folder, "model.onnx");
      const text = "g (float[4, 8] x) => (float[4, 4] y, int64[2, N] z) <float[8, 4] w = random(1)>";
      writeModel(parseModel(`${text} { y = MatMul (x, w) r = Relu (y) z = NonZero (r) }`), path);
      await using engine = createOnnxRuntimeEngine({ env: driverEnv });
      const inputs = new Map([["x", tensorOf("float32", [4, 8], new Array(32).fill(1))]]);
      const world = { engine, signal: new AbortController().signal };
      const profile = await profileModel(path, inputs, { device: "webgpu" }, world);
      expect(profile.fallbacks!.map(({ op }) => op)).toContain("NonZero");
      expect(profile.providers!.map(({ provider }) => provider)).toContain("WebGpuExecutionProvider");
      expect(profile.transfers!.count).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
