import { expect, it } from "vitest";
import { wrap, wrapIndented } from "./wrap.ts";

it("breaks at spaces, and keeps a word that is too long", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("extraordinary to me", 5)).toEqual(["extraordinary", "to me"]);
  expect(wrap("", 5)).toEqual([""]);
});

it("indents what follows within the width", () => {
  expect(wrapIndented("one two three", 9)).toEqual(["one two", "  three"]);
});
