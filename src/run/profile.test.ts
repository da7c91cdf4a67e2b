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
  expect(summarise({ runs: 5, events: runs.flat() })).toEqual({
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
