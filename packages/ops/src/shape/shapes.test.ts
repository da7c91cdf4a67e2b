import { describe, expect, it } from "vitest";
import { linksOf, typesOf } from "../../test/one-node.ts";

describe("shapes with symbols", () => {
  it.each([
    ["float[N,3,h,w] x, int64[2] s = {0, -1}", "y = Reshape (x, s)", "float[N,3*h*w]"],
    ["float[N,12,64] x, int64[3] s = {-1, 4, 3}", "y = Reshape (x, s)", "float[64*N,4,3]"],
    ["float[N,h,8] x, int64[3] s = {0, -1, 4}", "y = Reshape (x, s)", "float[N,2*h,4]"],
    ["float[h,3] x, int64[2] s = {-1, 4}", "y = Reshape (x, s)", "float[floor(3*h/4),4]"],
    ["float[2,3] x, int64[3] s", "y = Reshape (x, s)", "float[?,?,?]"],
    ["float[N,3,h] x", "y = Flatten (x)", "float[N,3*h]"],
    ["float[N,1,h] x", "y = Squeeze (x)", "float[]"],
    ["float[N,1,h] x, int64[1] a = {1}", "y = Squeeze (x, a)", "float[N,h]"],
    ["float[N,h] x, int64[2] a", "y = Unsqueeze (x, a)", "float[?,?,?,?]"],
    ["float[N,3] x, float[M,3] z", "y = Concat <axis = 0> (x, z)", "float[M + N,3]"],
    ["float[N,3] x, float[2,3] z", "y = Concat <axis = 1> (x, z)", "float[2,6]"],
    [
      "float[N,h] x, int64[1] s = {1}, int64[1] e = {9223372036854775807}, int64[1] a = {1}",
      "y = Slice (x, s, e, a)",
      "float[N,h - min(1, h)]",
    ],
    [
      "float[N,h] x, int64[1] s = {0}, int64[1] e = {-1}, int64[1] a = {1}",
      "y = Slice (x, s, e, a)",
      "float[N,max(0, h - 1)]",
    ],
    [
      "float[N,h] x, int64[1] s = {-1}, int64[1] e = {-9223372036854775807}, int64[1] a = {1}, int64[1] k = {-1}",
      "y = Slice (x, s, e, a, k)",
      "float[N,h]",
    ],
    [
      "float[N,h] x, int64[1] s = {0}, int64[1] e = {9223372036854775807}, int64[1] a = {1}, int64[1] k = {2}",
      "y = Slice (x, s, e, a, k)",
      "float[N,floor((h + 1)/2)]",
    ],
    ["float[N,h] x, int64[1] s, int64[1] e, int64[1] a = {1}", "y = Slice (x, s, e, a)", "float[N,?]"],
    ["float[N,2*h] x", "y, z = Split <axis = 1, num_outputs = 2> (x)", "float[N,h], float[N,h]"],
    ["float[N,h] x, int64[4] p = {0, 1, 0, 2}", "y = Pad (x, p)", "float[N,h + 3]"],
    ["float[N,1] x, int64[2] s = {1, 4}", "y = Expand (x, s)", "float[N,4]"],
    ["float[N,h] x, int64[2] r = {1, 3}", "y = Tile (x, r)", "float[N,3*h]"],
    ["float[N,8,h,w] x", "y = DepthToSpace <blocksize = 2> (x)", "float[N,2,2*h,2*w]"],
    ["float[N,2,2*h,4*w] x", "y = SpaceToDepth <blocksize = 2> (x)", "float[N,8,h,2*w]"],
    ["float[N,3,h,w] x, float[4] s = {1, 1, 2, 0.5}", 'y = Resize (x, "", s)', "float[N,3,2*h,floor(w/2)]"],
    ["int64 a, int64 b, int64 d", "y = Range (a, b, d)", "int64[?]"],
    ["float[N,h] x, bool[h] c", "y = Compress <axis = 1> (x, c)", "float[N,?]"],
    ["float[N,h] x", "y = NonZero (x)", "int64[2,?]"],
    ["float[N,h] x, int64[1] k = {5}", "y, i = TopK (x, k)", "float[N,5], int64[N,5]"],
    ["float[N,B,4] b, float[N,C,B] s", "y = NonMaxSuppression (b, s)", "int64[?,3]"],
    ["float[N,h] x", "a, b, c, d = Unique (x)", "float[?], int64[?], int64[?], int64[?]"],
    ["string[N] x", 'a, b = StringSplit <delimiter = " "> (x)', "string[N,?], int64[N]"],
    ["string[N] x", "y = StringNormalizer (x)", "string[?]"],
    ["string[N,2] x", "y = TfIdfVectorizer <ngram_indexes = [0, 4, 2]> (x)", "float[N,5]"],
    ["uint8[n] x", "y = ImageDecoder (x)", "uint8[?,?,3]"],
    ["float[N,3] x, float[N,3] z", "y = SequenceConstruct (x, z)", "seq(float[N,3])"],
    ["seq(float[N,3]) x, int64 i", "y = SequenceAt (x, i)", "float[N,3]"],
    ["float[6,h] x, int64 k = {2}", "y = SplitToSequence (x, k)", "seq(float[2,h])"],
    ["seq(float[N,3]) x", "y = ConcatFromSequence <axis = 1> (x)", "float[N,?]"],
    ["float[N,3] x", "y = Optional (x)", "optional(float[N,3])"],
    ["optional(float[N,3]) x", "y = OptionalGetElement (x)", "float[N,3]"],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node)).toBe(expected);
  });
});

describe("axes", () => {
  it("Reshape and Flatten repeat, split into blocks, or keep", () => {
    expect(linksOf("float[N,8,5,7] x", "y = Flatten (x)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1 by kind:repeat,times:35",
      "0.2 opaque →0.1",
      "0.3 keeps →0.1 by kind:blocks,size:7",
    ]);
    expect(linksOf("float[N,12,7] x, int64[4] s = {0, 3, 4, 7}", "y = Reshape (x, s)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1 by kind:repeat,times:4",
      "0.1 keeps →0.2 by kind:blocks,size:4",
      "0.2 keeps →0.3",
    ]);
    expect(linksOf("float[4,6] x, int64[2] s = {6, 4}", "y = Reshape (x, s)")).toEqual([
      "0.0 opaque →0.0",
      "0.0 opaque →0.1",
      "0.1 opaque →0.0",
      "0.1 opaque →0.1",
    ]);
    expect(linksOf("float[N,8,1,1] x, int64[2] a = {2, 3}", "y = Squeeze (x, a)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1",
    ]);
  });

  it("Concat, Split, Slice and Pad move elements along", () => {
    expect(linksOf("float[2,3] x, float[2,5] z", "y = Concat <axis = 1> (x, z)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1 by kind:offset,by:0",
      "1.0 keeps →0.0",
      "1.1 keeps →0.1 by kind:offset,by:3",
    ]);
    expect(linksOf("float[2,8] x, int64[2] s = {3, 5}", "y, z = Split <axis = 1> (x, s)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1 by kind:offset,by:0",
      "0.0 keeps →1.0",
      "0.1 keeps →1.1 by kind:offset,by:-3",
    ]);
    const slice = "float[2,8] x, int64[1] s = {-6}, int64[1] e = {7}, int64[1] a = {1}";
    expect(linksOf(slice, "y = Slice (x, s, e, a)")).toEqual(["0.0 keeps →0.0", "0.1 keeps →0.1 by kind:offset,by:-2"]);
    expect(linksOf("float[2,8] x, int64[4] p = {0, 1, 0, 2}", "y = Pad (x, p)")).toEqual([
      "0.0 keeps →0.0 by kind:offset,by:0",
      "0.1 keeps →0.1 by kind:offset,by:1",
    ]);
  });

  it("Transpose permutes; broadcasting aligns at the last axis and drops stretched axes", () => {
    expect(linksOf("float[2,3,4] x", "y = Transpose <perm = [0, 2, 1]> (x)")).toEqual([
      "0.0 keeps →0.0",
      "0.2 keeps →0.1",
      "0.1 keeps →0.2",
    ]);
    expect(linksOf("float[2,3,4] x, float[3,1] z", "y = Add (x, z)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps →0.1",
      "0.2 keeps →0.2",
      "1.0 keeps →0.1",
    ]);
  });

  it("reductions sum or close an axis; what follows moves up", () => {
    const inputs = "float[2,3,4] x, int64[1] a = {1}";
    expect(linksOf(inputs, "y = ReduceSum (x, a)")).toEqual(["0.0 keeps →0.0", "0.1 mixes →0.1", "0.2 keeps →0.2"]);
    expect(linksOf(inputs, "y = ReduceMean <keepdims = 0> (x, a)")).toEqual([
      "0.0 keeps →0.0",
      "0.1 opaque →0.1",
      "0.2 keeps →0.1",
    ]);
  });

  it("Gather closes its axis; indices take its place", () => {
    expect(linksOf("float[9,4] x, int64[2,5] i", "y = Gather (x, i)")).toEqual([
      "0.0 opaque →0.0",
      "0.1 keeps →0.2",
      "1.0 keeps →0.0",
      "1.1 keeps →0.1",
    ]);
  });

  it("DepthToSpace regroups channels by its mode", () => {
    const channels = (mode: string) =>
      linksOf("float[1,8,2,3] x", `y = DepthToSpace <blocksize = 2, mode = "${mode}"> (x)`).find((link) =>
        link.startsWith("0.1"),
      );
    expect(channels("DCR")).toBe("0.1 keeps →0.1 by kind:blocks,size:2");
    expect(channels("CRD")).toBe("0.1 keeps →0.1 by kind:repeat,times:4");
  });

  it("Einsum links labels, and those that are summed to each other", () => {
    expect(linksOf("float[2,3] a, float[3,4] b", 'y = Einsum <equation = "ij,jk->ik"> (a, b)')).toEqual([
      "0.0 keeps →0.0",
      "0.1 keeps 1.0",
      "0.1 mixes →0.0",
      "1.0 mixes →0.0",
      "1.1 keeps →0.1",
    ]);
  });
});
