import { numbers } from "@pare/tensor";
import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const graph = (weight: string) => `g (float[N,2] x) => (y) <float[2,2] w = {${weight}}> { y = MatMul (x, w) }`;

it("sets denormal weights to 0 and leaves normal ones, the smallest too", async () => {
  // 2⁻¹²⁶ = 1.1754944e-38 is the smallest normal number.
  const { model, notes } = await rewritten(graph("1e-39, -1e-40, 1.1754944e-38, -2"), "flush-denormals");
  const origin = model.graph.value("w")?.origin;
  expect(origin?.kind === "constant" && [...numbers(origin.tensor)]).toEqual([0, 0, Math.fround(1.1754944e-38), -2]);
  expect(notes).toEqual(["changed: set weights that are no normal numbers to 0"]);
});

it("changes nothing where there are none", async () => {
  expect((await rewritten(graph("0, -0.0, 1, 2"), "flush-denormals")).notes).toEqual([]);
});
