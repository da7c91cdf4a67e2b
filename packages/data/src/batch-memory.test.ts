import { expect, it } from "vitest";
import { alternatingMemory } from "./batch-memory.ts";

it("two pieces take turns, for each field its own", () => {
  const memory = alternatingMemory(2);
  const [first, second, third] = [memory("a", 8), memory("a", 8), memory("a", 8)];
  expect(second).not.toBe(first);
  expect(third).toBe(first);
  expect([first, second]).not.toContain(memory("b", 8));
  expect(memory("a", 8)).toBe(second);
});

it("another size gets a piece of its own", () => {
  const memory = alternatingMemory(2);
  expect([memory("a", 8), memory("a", 4), memory("a", 4)].map(({ byteLength }) => byteLength)).toEqual([8, 4, 4]);
});

it("of more turns as many pieces are out at a time", () => {
  const memory = alternatingMemory(3);
  const pieces = [memory("a", 8), memory("a", 8), memory("a", 8)];
  expect(new Set(pieces).size).toBe(3);
  expect(memory("a", 8)).toBe(pieces[0]);
});
