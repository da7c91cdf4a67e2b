import { parseModel } from "@pare/ir";
import { expect, test } from "vitest";
import { largestValue } from "./largest-value.ts";

const largestOf = (text: string) => largestValue(parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${text}`));

test("a few nodes can ask for more memory than there is: 1000 × 8 × 8 × 8 floats are 2 MB", () => {
  const doubled = "b = Concat <axis = 0> (a, a, a, a, a, a, a, a) c = Concat <axis = 0> (b, b, b, b, b, b, b, b)";
  const text = `g (float[1000] x) => (y) { a = Concat <axis = 0> (x, x, x, x, x, x, x, x) ${doubled} y = Size (c) }`;
  expect(largestOf(text)).toEqual({ name: "c", sizeBytes: 2_048_000 });
});

test("free sizes are not guessed", () => {
  expect(largestOf("g (float[N] x) => (y) { a = Relu (x) y = Size (a) }")).toEqual({ name: "y", sizeBytes: 8 });
});
