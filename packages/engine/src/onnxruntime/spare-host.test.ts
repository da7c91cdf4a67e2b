import { parseModel } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "./engine.ts";
import { startHostEarly, takeSpareHost } from "./spare-host.ts";

test("the first engine takes the process that was started early, the next one its own", async () => {
  startHostEarly();
  await using first = createOnnxRuntimeEngine();
  await using second = createOnnxRuntimeEngine();
  await using session = await first.open(parseModel("m (float[2] x) => (float[2] y) { y = Neg (x) }"));
  const outputs = await session.run(new Map([["x", tensorOf("float32", [2], [1, -2])]]));
  expect([...numbers(outputs.get("y")!)]).toEqual([-1, 2]);
  expect(takeSpareHost()).toBeUndefined();
  await second.runtime();
  expect(second.processId).not.toBe(first.processId);
});

test("an engine with options of its own starts its own", async () => {
  startHostEarly();
  await using engine = createOnnxRuntimeEngine({ startTimeoutMs: 50_000 });
  await engine.runtime();
  const spare = takeSpareHost();
  expect(spare?.isAlive).toBe(true);
  expect(spare?.pid).not.toBe(engine.processId);
  await spare?.stop();
});
