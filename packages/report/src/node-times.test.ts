import { expect, it } from "vitest";
import { deviceRemarks, nodeTimeRows } from "./node-times.ts";

const provider = "CPUExecutionProvider";
const nodes = [
  { node: "c1", op: "Conv", provider, ms: 6 },
  { node: "g1", op: "Gemm", provider, ms: 3 },
];

it("shows the slowest nodes with their share, and the others together", () => {
  expect(nodeTimeRows({ runs: 1, totalMs: 10, nodes, nodeCount: 5 }, 1)).toEqual([
    ["c1", "Conv", "CPU", "6.00 ms", "60.0 %"],
    ["4 others", "", "", "4.00 ms", "40.0 %"],
  ]);
  expect(nodeTimeRows({ runs: 1, totalMs: 9, nodes }, 20)).toHaveLength(2);
});

it("names what ran on the processor in place of the device, and the copies", () => {
  const profile = { runs: 1, totalMs: 9, nodes };
  expect(deviceRemarks(profile)).toEqual([]);
  expect(deviceRemarks({ ...profile, fallbacks: nodes, transfers: { count: 2, ms: 0.5 } }).join(" ")).toBe(
    "On the processor ran 2 of the nodes: Conv c1, Gemm g1. 2 copies between nodes, 0.500 ms a run; the times of runs " +
      "count them, and copying inputs and outputs. The time of a node on a device may be only what handing it over " +
      "takes: the wait shows in a copy, or in no node.",
  );
  expect(deviceRemarks({ ...profile, fallbacks: [] })[0]).toBe("Every node ran on the device.");
});
