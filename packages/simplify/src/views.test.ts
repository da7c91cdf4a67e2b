import { describe, expect, it } from "vitest";
import { reshapeTarget } from "./views.ts";

describe("reshapeTarget", () => {
  it.each([
    ["all known", undefined, [2, 3], [2, 3]],
    ["one symbol: −1", undefined, ["n", 3], [-1, 3]],
    ["two symbols in place: copied", ["n", "s", 6], ["n", "s", 2, 3], [0, 0, 2, 3]],
    ["one moved, one in place", ["n", "s", 6], ["n", 6, "s"], [0, 6, -1]],
    ["a product is one unknown", ["n", "s", 6], ["n*s", 6], [-1, 6]],
    ["two moved", ["n", "s"], ["s", "n"], undefined],
    ["a size of 0 means copying", [0, 3], [0, 3], undefined],
  ] as const)("%s", (_, from, to, target) => {
    expect(reshapeTarget(from, to)).toEqual(target);
  });
});
