import { availableParallelism, cpus } from "node:os";
import { expect, test } from "vitest";
import { describeMachine } from "./describe.ts";

test("describes this machine", () => {
  const machine = describeMachine();
  expect(machine.node).toBe(process.version);
  expect(machine.cpus.logical).toBe(cpus().length);
  expect(machine.cpus.allowed).toBe(availableParallelism());
  expect(machine.cpus.threads).toBeGreaterThanOrEqual(1);
  expect(machine.cpus.threads).toBeLessThanOrEqual(machine.cpus.allowed);
  expect(machine.memoryBytes).toBeGreaterThan(2 ** 28);
  expect(machine.memoryLimitBytes ?? 0).toBeLessThan(machine.memoryBytes);
});
