import type { ProfileEvent } from "@pare/pass";
import { expect, test } from "vitest";
import { timesByKey } from "./node-times.ts";

const event = (node: string, durationUs: number): ProfileEvent => ({
  ...{ node, durationUs, op: "Conv", provider: "CPUExecutionProvider", index: 0 },
  ...{ inputs: [], outputs: [] },
});

test("what the runtime makes of a node counts for the node with the longest name that it begins with", () => {
  const events = [
    event("conv1_nchwc", 10),
    event("conv1_relu_token_3", 5),
    event("/a/Add_quantize", 2),
    event("/a/Add", 3),
    event("Transpose", 7),
  ];
  const times = timesByKey({ runs: 1, events }, ["conv1", "conv1_relu", "/a/Add"]);
  expect([...times]).toEqual([
    ["conv1", 10],
    ["conv1_relu", 5],
    ["/a/Add", 5],
    ["", 7],
  ]);
});

test("conv1 is not conv10", () => {
  expect([...timesByKey({ runs: 1, events: [event("conv10", 4)] }, ["conv1"])]).toEqual([["", 4]]);
});

test("of several runs the lower quartile counts", () => {
  const events = [event("a", 3), event("a", 100), event("a", 2), event("a", 1)];
  expect(timesByKey({ runs: 4, events }, ["a"]).get("a")).toBe(2);
});
