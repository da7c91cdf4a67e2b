import { describe, expect, it } from "vitest";
import { verifyModel } from "../verify.ts";
import { allNodes } from "../walk.ts";
import { parseModel } from "./parse.ts";
import { printModel } from "./print.ts";

const everything = `<ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1], producer_name: "hand", metadata_props: ["k" : "v"]>
main (float[N,4] x, int64[2] size = {-1, 9223372036854775807}, seq(float[?]) s) => (float[N,2] "y/out:0") <
  float[2,2] w = {0.1, -2, 3e-8, inf},
  string[2] labels = {"a", "b\\"c"},
  int4[3] q = {-8, 7, 0},
  float16[1] h = {0.5},
  float[2*N,4] t
> {
  [first] t, , u = com.microsoft.Thing:two <alpha = 0.1, beta = 1.0, axes: ints = [], pads = [1, -1], scales: floats = [1.0, 0.5], mode = "linear", names = ["a", "b"], value = int64[1] {7}> (x, , w)
  c = If <then_branch = graph then () => (float[2] r) {
    r = Identity (u)
  }, else_branch = graph else () => (r2) <
    float[2] r0 = {1, 2}
  > {
    r2 = Identity (r0)
  }> (u)
  "y/out:0" = local.f <slope = 2.0> (c)
}

<domain: "local", opset_import: ["" : 21]>
f <slope, gain = 1.0> (a) => (b) {
  b = LeakyRelu <alpha: float = @slope> (a)
}
`;

describe("text form", () => {
  it("prints what it parsed, letter by letter", () => {
    const model = parseModel(everything);
    verifyModel(model);
    expect(printModel(model)).toBe(everything);
  });

  it("keeps floats and 64-bit integers exact", () => {
    const model = parseModel(
      "g () => () <float[1] f = {0.30000001192092896}, int64[1] i = {-9223372036854775808}> { }",
    );
    expect(printModel(model)).toContain("f = {0.3}");
    expect(printModel(model)).toContain("i = {-9223372036854775808}");
  });

  it("resolves names before they are defined and sorts the nodes", () => {
    const model = parseModel("g (x) => (z) { z = Neg (y) y = Abs (x) }");
    expect([...allNodes(model)].map((node) => node.type)).toEqual(["Abs", "Neg"]);
    verifyModel(model);
  });

  it.each([
    ["g (x) => (y) { y = Neg (x }", /TEXT_SYNTAX at line 1, column 27: expected "\)"/],
    ["g (x) => (y) { y = Neg (z) }", /GRAPH_UNDEFINED at Neg "y": it uses the value "z"/],
    ["g (x) => (y) { y = Neg (x) y = Abs (x) }", /GRAPH_NAME_TWICE at graph "g": the value "y" is defined twice/],
    ["g (x) => (y) { y = Neg (z) z = Abs (y) }", /GRAPH_CYCLE at graph "g": .* Neg "y", Abs "z"/],
    ["g (x) => (y) { y = If <then_branch = graph t () => (a) { a = Neg (y) }> (x) }", /GRAPH_CYCLE/],
    ["g (x) => (x) <float[2] w = {1}> { }", /2 elements are needed, 1 are given/],
    ["g (flaot[2] x) => (x) { }", /"flaot" is no type/],
  ])("refuses %s", (text, message) => {
    expect(() => parseModel(text)).toThrow(message);
  });
});
