import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

it("makes inputs with initial values constants, and the file at least IR 4, which allows that", async () => {
  const { model, notes } = await rewritten(
    `<ir_version: 3, opset_import: ["" : 8]> g (float[N] x, float w = {2}, float b = {1}) => (y) { a = Mul (x, w) y = Add (a, b) }`,
    "freeze-inputs",
  );
  expect(model.graph.inputs.map((input) => input.name)).toEqual(["x"]);
  expect(model.formatVersion).toBe(4);
  expect(notes).toEqual([
    "changed: made an input with an initial value a constant: callers can no longer override it (2 times)",
  ]);
});
