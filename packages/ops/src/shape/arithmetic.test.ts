import { describe, expect, it } from "vitest";
import { elementsOf } from "../../test/elements.ts";

const x = "float[N,3,h,w] x";

describe("sizes become elements", () => {
  it.each([
    ["y = Shape (x)", "[N, 3, h, w]"],
    ["y = Shape <start = 2> (x)", "[h, w]"],
    ["y = Shape <start = 0, end = -3> (x)", "[N]"],
    ["y = Size (x)", "3*N*h*w"],
  ])("%s is %s", (nodes, expected) => {
    expect(elementsOf(x, "", nodes)).toBe(expected);
  });
});

/** `s` is [N, 3, h, w] throughout; constants are named after their value. */
const constants = [
  "int64 zero = {0}, int64 one = {1}, int64 two = {2}, int64 minus = {-1}, int64[1] v0 = {0}, int64[1] v1 = {1}",
  "int64[1] v2 = {2}, int64[1] v4 = {4}, int64[1] vm1 = {-1}, int64[1] first = {-9223372036854775807}",
  "int64[2] pair = {3, 1}, int64[2] half = {2, 2}, float[4] scales = {1, 1, 0.5, 2}, float f8 = {8}",
].join(", ");

describe("arithmetic on sizes", () => {
  it.each([
    ["y = Gather (s, two)", "h"],
    ["y = Gather (s, minus)", "w"],
    ["y = Gather (s, pair)", "[w, 3]"],
    ["y = Slice (s, v2, v4, v0)", "[h, w]"],
    ["y = Slice (s, vm1, first, v0, vm1)", "[w, h, 3, N]"],
    ["y = Slice (s, v0, v4, v0, v2)", "[N, h]"],
    ["a = Slice (s, v0, v2) y = Concat <axis = 0> (a, vm1)", "[N, 3, -1]"],
    ["a = Gather (s, zero) y = Unsqueeze (a, v0)", "[N]"],
    ["a = Slice (s, v0, v1) y = Squeeze (a, v0)", "N"],
    ["y, b = Split <num_outputs = 2> (s)", "[N, 3]"],
    ["a = Reshape (s, half) b = Transpose (a) y = Flatten <axis = 0> (b)", "[N, h, 3, w]"],
    ["a = Mul (s, two) y = Sub (a, one)", "[2*N - 1, 5, 2*h - 1, 2*w - 1]"],
    ["a = Add (s, one) y = Div (a, two)", "[floor((N + 1)/2), 2, floor((h + 1)/2), floor((w + 1)/2)]"],
    ["y = Mod (s, two)", "[N - 2*floor(N/2), 1, -2*floor(h/2) + h, -2*floor(w/2) + w]"],
    ["y = ReduceProd <keepdims = 0> (s, v0)", "3*N*h*w"],
    ["y = ReduceSum <keepdims = 0> (s)", "N + h + w + 3"],
    ["y = ReduceMax <keepdims = 0> (s)", "max(3, N, h, w)"],
    ["y = Max (s, two)", "[max(2, N), 3, max(2, h), max(2, w)]"],
    ["y = Min (s, zero)", "[0, 0, 0, 0]"],
    ["a = Neg (s) y = Abs (a)", "[?, 3, ?, ?]"],
    ["y = Equal (s, minus)", "[0, 0, 0, 0]"],
    ["y = Equal (s, one)", "[?, 0, ?, ?]"],
    ["y = Greater (s, minus)", "[1, 1, 1, 1]"],
    ["y = GreaterOrEqual (s, zero)", "[1, 1, 1, 1]"],
    ["a = Equal (s, minus) y = Where (a, one, s)", "[N, 3, h, w]"],
    ["a = Equal (s, minus) b = Not (a) c = Or (a, b) y = And (c, a)", "[0, 0, 0, 0]"],
    ["y = CumSum (s, zero)", "[N, N + 3, N + h + 3, N + h + w + 3]"],
    ["a = Shape (s) y = ConstantOfShape <value = int64[1] {7}> (a)", "[7, 7, 7, 7]"],
    ["a = Gather (s, one) y = Range (zero, a, one)", "[0, 1, 2]"],
    ["a = Unsqueeze (two, v0) y = Tile (pair, a)", "[3, 1, 3, 1]"],
    ["y = Expand (one, half)", "[1, 1, 1, 1]"],
    ["y = ScatterElements (s, v1, vm1)", "[N, -1, h, w]"],
    ["i = Unsqueeze (v2, v0) y = ScatterND (s, i, vm1)", "[N, 3, -1, w]"],
    ["i = Unsqueeze (v2, v1) y = GatherND (s, i)", "[h]"],
    ["a = Equal (s, minus) b = Not (a) y = NonZero (b)", "[0, 1, 2, 3]"],
    ["y = Identity (s)", "[N, 3, h, w]"],
    ["y = Clip (s, zero, two)", "[min(2, N), 2, min(2, h), min(2, w)]"],
  ])("%s is %s", (nodes, expected) => {
    expect(elementsOf(x, constants, `s = Shape (x) ${nodes}`)).toBe(expected);
  });
});

describe("detours through floats", () => {
  it.each([
    ["f = Cast <to = 1> (s) g = Mul (f, scales) i = Cast <to = 7> (g) y = Slice (i, v2, v4)", "[floor(h/2), 2*w]"],
    [
      "f = Cast <to = 1> (s) g = Div (f, f8) c = Ceil (g) y = Cast <to = 7> (c)",
      "[floor((N + 7)/8), 1, floor((h + 7)/8), floor((w + 7)/8)]",
    ],
    ["f = Cast <to = 1> (pair) g = Mul (f, half_) r = Round (g) y = Cast <to = 7> (r)", "[2, 0]"],
    ["f = Cast <to = 1> (pair) g = Sqrt (f) y = Cast <to = 7> (g)", "[1, 1]"],
  ])("%s is %s", (nodes, expected) => {
    expect(elementsOf(x, `${constants}, float half_ = {0.5}`, `s = Shape (x) ${nodes}`)).toBe(expected);
  });
});

describe("limits", () => {
  it("tensors of more than 1024 elements are data", () => {
    expect(elementsOf("", "int64[1] n = {1024}", "y = ConstantOfShape (n)")).toContain("0, 0");
    expect(elementsOf("", "int64[1] n = {1025}", "y = ConstantOfShape (n)")).toBe("unknown");
  });

  it("unknown elements stay unknown, known ones beside them do not", () => {
    expect(elementsOf("int64[1] a", "int64[1] b = {5}", "y = Concat <axis = 0> (a, b)")).toBe("[?, 5]");
    expect(elementsOf("int64[1] a", "", "y = Neg (a)")).toBe("unknown");
  });
});
