import { expect, test } from "vitest";
import { didYouMean, editDistance, suggest } from "./suggest.ts";

test.each([
  ["", "", 0],
  ["abc", "", 3],
  ["kitten", "sitting", 3],
  ["granulrity", "granularity", 1],
  ["steps", "setps", 1],
])("%s to %s takes %d edits", (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(editDistance(b, a)).toBe(edits);
});

test("the nearest candidate is suggested, a distant one is not", () => {
  expect(suggest("granulrity", ["granularity", "ranges"])).toBe("granularity");
  expect(suggest("MODEL", ["model", "mode"])).toBe("model");
  expect(suggest("zzz", ["granularity", "ranges"])).toBeUndefined();
  expect(suggest("id", ["steps", "ie"])).toBe("ie");
});

test("half of a pass's name finds the pass", () => {
  expect(suggest("fold-constants", ["simplify/fold-batch-norm", "simplify/fold-constants"])).toBe(
    "simplify/fold-constants",
  );
});

test("the question, or nothing", () => {
  expect(didYouMean("sed", ["seed"])).toBe('Did you mean "seed"?');
  expect(didYouMean("sed", [])).toBe("");
});
