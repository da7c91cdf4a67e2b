import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

/** One node between x and y, with constants; gone afterwards or not. */
async function remains(node: string, constants: string | undefined, type = "float[N,4]", opset = 17): Promise<boolean> {
  const { nodes } = await rewritten(
    `<ir_version: 8, opset_import: ["" : ${opset}]> g (${type} x) => (y) ${constants ? `<${constants}>` : ""} { a = ${node} y = Neg (a) }`,
    "drop-identities",
  );
  if (nodes.length === 1) expect(nodes).toEqual(["y = Neg (x)"]);
  return nodes.length > 1;
}

describe("drop-identities", () => {
  it.each([
    ["Identity (x)"],
    ["Dropout (x)"],
    ["Cast <to = 1> (x)"],
    ["Concat <axis = 0> (x)"],
    ["Sum (x)"],
    ["Reshape (x, s)", "int64[2] s = {-1, 4}"],
    ["Reshape (x, s)", "int64[2] s = {0, 0}"],
    ["Flatten (x)"],
    ["Expand (x, s)", "int64[2] s = {1, 4}"],
    ["Slice (x, z, e, z)", "int64[1] z = {0}, int64[1] e = {9223372036854775807}"],
    ["Pad (x, p)", "int64[4] p = {0, 0, 0, 0}"],
    ["Tile (x, t)", "int64[2] t = {1, 1}"],
    ["Mul (x, one)", "float one = {1}"],
    ["Mul (one, x)", "float[4] one = {1, 1, 1, 1}"],
    ["Div (x, one)", "float one = {1}"],
    ["Pow (x, one)", "float one = {1}"],
    ["Sub (x, zero)", "float zero = {0}"],
    ["Add (x, zero)", "float zero = {-0}"],
    ["Split <axis = 1> (x)"],
    ["Resize (x, , s)", "float[2] s = {1, 1}"],
  ] as readonly [string, string?][])("removes %s", async (node, constants) => {
    expect(await remains(node, constants)).toBe(false);
  });

  it.each([
    ["Add (x, zero)", "float zero = {0}", "−0 + 0 is +0"],
    ["Mul (x, one)", "float[3,1,4] one = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}", "it widens"],
    ["Div (one, x)", "float one = {1}", "a reciprocal"],
    ["Slice (x, z, e, z, s)", "int64[1] z = {0}, int64[1] e = {9223372036854775807}, int64[1] s = {2}", "it steps"],
    ["Cast <to = 11> (x)", "", "another type"],
    ["Flatten <axis = 0> (x)", "", "another shape"],
    [
      'Resize <coordinate_transformation_mode = "tf_crop_and_resize"> (x, r, s)',
      "float[4] r = {0, 0, 1, 1}, float[2] s = {1, 1}",
      "it crops",
    ],
  ])("keeps %s (%s): %s", async (node, constants) => {
    expect(await remains(node, constants)).toBe(true);
  });

  it("removes what an activation does twice, and two that undo each other", async () => {
    const { nodes } = await rewritten(
      "g (float[N,4] x) => (y) { a = Relu (x) b = Relu (a) c = Neg (b) d = Neg (c) y = Sqrt (d) }",
      "drop-identities",
    );
    expect(nodes).toEqual(["a = Relu (x)", "y = Sqrt (a)"]);
  });

  it("keeps a Dropout that trains, and one whose mask is read", async () => {
    const train = "g (float[N,4] x) => (y) <float r = {0.5}, bool t = {1}> { y = Dropout (x, r, t) }";
    expect((await rewritten(train, "drop-identities")).nodes).toHaveLength(1);
    const mask = "g (float[N,4] x) => (y, m) { a, m = Dropout (x) y = Neg (a) }";
    expect((await rewritten(mask, "drop-identities")).nodes).toHaveLength(2);
  });

  it("keeps an Identity between an input and an output", async () => {
    expect((await rewritten("g (float[N] x) => (y) { y = Identity (x) }", "drop-identities")).nodes).toHaveLength(1);
  });

  it("works in subgraphs and in functions", async () => {
    const { model } = await rewritten(
      `<ir_version: 9, opset_import: ["" : 18, "f" : 1]>
       g (float[N] x, bool c) => (y) {
         y = If <then_branch = graph t () => (a) { u = Identity (x) a = Neg (u) }, else_branch = graph e () => (b) { b = f.twice (x) }> (c)
       }
       <domain: "f", opset_import: ["" : 18]> twice (v) => (r) { u = Identity (v) r = Add (u, u) }`,
      "drop-identities",
    );
    const types = [...model.functions[0]!.body.nodes].map((node) => node.type);
    expect(types).toEqual(["Add"]);
  });
});
