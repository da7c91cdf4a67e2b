import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";
import { holdsAll } from "./merge-casts.ts";

it("skips a Cast that loses nothing, and removes one there and back", async () => {
  const wide = await rewritten(
    "g (float16[N] x) => (y) { a = Cast <to = 1> (x) y = Cast <to = 11> (a) }",
    "merge-casts",
  );
  expect(wide.nodes).toEqual(["y = Cast <to = 11> (x)"]);
  const back = await rewritten(
    "g (float16[N] x) => (y) { a = Cast <to = 1> (x) b = Cast <to = 10> (a) y = Neg (b) }",
    "merge-casts",
  );
  expect(back.nodes).toEqual(["y = Neg (x)"]);
});

it("keeps a Cast that rounds", async () => {
  const text = "g (float[N] x) => (y) { a = Cast <to = 10> (x) b = Cast <to = 1> (a) y = Neg (b) }";
  expect((await rewritten(text, "merge-casts")).nodes).toHaveLength(3);
});

it.each([
  ["int8", "int32", true],
  ["uint8", "int8", false],
  ["uint8", "int16", true],
  ["int32", "float32", false],
  ["int16", "float32", true],
  ["int32", "float64", true],
  ["bfloat16", "float16", false],
  ["bool", "int8", true],
  ["float32", "int64", false],
] as const)("every %s is a %s: %s", (from, to, answer) => {
  expect(holdsAll(from, to)).toBe(answer);
});
