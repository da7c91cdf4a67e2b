import { expect, test } from "vitest";
import { summarise } from "./profile.ts";

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
