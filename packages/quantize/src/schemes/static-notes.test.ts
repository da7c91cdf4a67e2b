import { parseModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { expect, it } from "vitest";
import { place } from "../placement/place.ts";
import { cpuX64Avx2, cpuX64Vnni } from "../targets/cpu.ts";
import type { Target } from "../targets/target.ts";
import { placementNotes } from "./static-notes.ts";

function notesOf(body: string, target: Target = cpuX64Vnni, constants = "float one = {1}") {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 17]>
    main (float[1,8,8,8] x) => (float[] y) <float[8,8,3,3] w = random(1), float[8,8,3,3] v = random(2), ${constants}> { ${body} }`);
  const notes = placementNotes(place(model, inferTypes(model), target), { grids: new Map(), widened: [] });
  return notes.map(({ kind, text, subjects }) => `${kind} ${text} [${subjects?.join() ?? ""}]`);
}

it("operators without an integer kernel stand in one line, the most frequent first", () => {
  const notes = notesOf("a = Erf (x)\n b = Conv (a, w)\n c = Tanh (b)\n d = Tanh (c)\n e = Conv (d, v)\n y = Exp (e)");
  expect(notes).toEqual([
    "changed 2 of 6 nodes integer for cpu-x64-vnni, 2 weights quantized []",
    "left 4 in float: cpu-x64-vnni has no integer kernel for 2 Tanh, 1 Erf, 1 Exp [a,c,d,y]",
    "info first and last layers are integer, too (b, e): ends: float would keep them [b,e]",
  ]);
  expect(notesOf("a = Exp (x)\n y = Exp (a)")).toContain(
    "left 2 in float: cpu-x64-vnni has no integer kernel for Exp [a,y]",
  );
  expect(notesOf("a = Conv (x, w)\n y = Exp (a)", { ...cpuX64Vnni, name: "gpu", operators: {} })).toEqual([
    "changed 0 of 2 nodes integer for gpu, 0 weights quantized []",
    "left 2 in float: gpu has no integer kernels [a,y]",
  ]);
});

it("says that a model is quantized already", () => {
  const body = `q = QuantizeLinear (x, s, z) d = DequantizeLinear (q, s, z) c = Conv (d, w) y = Exp (c)`;
  const constants = "float s = {0.1}, uint8 z = {128}";
  expect(notesOf(body, cpuX64Vnni, constants).join()).toMatch(
    /left the model is quantized already.*\(2 Q and DQ\).*kernel for Exp/,
  );
});

it("says where weights have fewer bits, and why", () => {
  expect(notesOf("y = Conv (x, w)", cpuX64Avx2)).toContain(
    "info weights have 7 bits: pairs of products of 8 bits saturate on cpu-x64-avx2 []",
  );
  expect(notesOf("y = Conv (x, w)").join()).not.toContain("bits");
});
