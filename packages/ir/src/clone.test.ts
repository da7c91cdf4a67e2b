import { expect, it } from "vitest";
import { cloneModel } from "./clone.ts";
import { parseModel } from "./text/parse.ts";
import { printModel } from "./text/print.ts";
import { verifyModel } from "./verify.ts";

it("copies everything, and the copy changes alone", () => {
  const model = parseModel(`<ir_version: 9, opset_import: ["" : 18]>
    g (bool c, float[2] x = {1, 2}) => (y) <float[2] w = {3, 4}, float[2] d> {
      d = Add (x, w)
      y = If <then_branch = graph t () => (r) { r = local.f (d) }, else_branch = graph e () => (s) { s = Neg (x) }> (c)
    }
    <domain: "local", opset_import: ["" : 18]> f (a) => (b) { b = Abs (a) }`);
  const before = printModel(model);
  const copy = cloneModel(model);
  verifyModel(copy);
  expect(printModel(copy)).toBe(before);
  copy.graph.edit("rename", (edit) => edit.rename(copy.graph.value("d")!, "changed"));
  copy.update("opset", { opsets: new Map([["onnx", 21]]) });
  expect(printModel(model)).toBe(before);
});
