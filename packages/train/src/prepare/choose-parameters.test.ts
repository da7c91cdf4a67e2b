import { parseModel } from "@pare/ir";
import { describe, expect, test } from "vitest";
import { chooseParameters, type ParameterChoice } from "./choose-parameters.ts";

/** name → kind, or why not. */
function planOf(body: string, constants: string, choice?: ParameterChoice) {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[2,3,4,4] x) => (float y) <${constants}> {${body}}`,
  );
  const { constants: planned } = chooseParameters(model, choice);
  return Object.fromEntries(planned.map(({ name, kind, reason }) => [name, kind ?? reason]));
}

/** "float[2,2] w" → "float[2,2] w = {1,2,3,4}". */
function counting(declaration: string): string {
  const sizes = /\[(.*)\]/.exec(declaration)![1]!.split(",");
  const count = sizes.reduce((product, size) => product * Number(size), 1);
  return `${declaration} = {${Array.from({ length: count }, (_, i) => i + 1).join()}}`;
}

const conv = "float[3,3,1,1] w = {1,0,0,0,1,0,0,0,1}";

describe("what is trained", () => {
  test("weights and biases by the roles of operators", () => {
    const body = "c = Conv(x, w, b) n = BatchNormalization(c, g, h, m, v) y = PRelu(n, s)";
    const vectors = ["b", "g", "h", "m", "v"].map((name) => `float[3] ${name} = {1,2,3}`).join();
    expect(planOf(body, `${conv}, ${vectors}, float[3,1,1] s = {1,2,3}`)).toEqual({
      ...{ w: "weight", b: "bias", g: "scale", h: "bias", s: "scale" },
      m: 'a running statistic of BatchNormalization "n"',
      v: 'a running statistic of BatchNormalization "n"',
    });
  });

  test("factors of products on either side, tables, what is added and what scales channels", () => {
    const body = "e = Gather(t, i) p = Add(e, q) a = MatMul(p, w) z = MatMul(l, a) k = Mul(z, g) y = Add(k, b)";
    const constants =
      "float[4,2] t = {1,2,3,4,5,6,7,8}, float[3,2] q = {1,2,3,4,5,6}, float[2,2] w = {1,2,3,4}, float[3,3] l = {1,2,3,4,5,6,7,8,9}, float[2] g = {1,2}, float[2] b = {1,2}";
    const model = parseModel(
      `<ir_version: 10, opset_import: ["" : 21]> g (int64[3] i) => (float y) <${constants}> {${body}}`,
    );
    const kinds = chooseParameters(model).constants.map(({ name, kind }) => [name, kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      ...{ t: "embedding", q: "bias", w: "weight", l: "weight", g: "scale", b: "bias" },
    });
  });

  test("a weight that is transposed or copied first", () => {
    const body = "u = Transpose(w) i = Identity(u) f = Flatten(x) y = MatMul(f, i)";
    expect(planOf(body, counting("float[2,48] w"))).toEqual({ w: "weight" });
  });
});

describe("what is not", () => {
  test("numbers of formulas, and what normalizes the input", () => {
    const body = "d = Add(x, mean) n = Mul(d, std) c = Conv(n, w) y = Add(c, eps) z = Mul(y, half)";
    const constants = `float[3,1,1] mean = {1,2,3}, float[3,1,1] std = {1,2,3}, ${conv}, float eps = {1}, float[1] half = {0.5}`;
    expect(planOf(body, constants)).toEqual({
      mean: 'applied to an input before the first weight, in Add "d"',
      std: 'applied to an input before the first weight, in Mul "n"',
      w: "weight",
      eps: 'one number of a formula, in Add "y"',
      half: 'one number of a formula, in Mul "z"',
    });
  });

  test("masks, added or multiplied, and tables of factors", () => {
    const body = "c = Conv(x, w) a = Add(c, low) m = Mul(a, zero) y = Mul(m, table)";
    const constants = `${conv}, float[4] low = {0,-1e9,0,0}, float[4] zero = {0,1,1,0}, float[2,2] table = {1,2,3,4}`;
    expect(planOf(body, constants)).toMatchObject({
      low: 'a mask, in Add "a"',
      zero: 'a mask, in Mul "m"',
      table: 'a table of factors, in Mul "y"',
    });
  });

  test("bounds, other types, and what is frozen by its node or its name", () => {
    const body = "c = Conv(x, w, b) y = Clip(c, lo, hi) h = Cast<to = 1>(k)";
    const constants = `${conv}, float[3] b = {1,2,3}, float lo = {0}, float hi = {6}, float16[2] k = {1,2}`;
    const byNode = planOf(body, constants, { frozen: (subject) => "op" in subject && subject.type === "Conv" });
    expect(byNode).toMatchObject({ w: "frozen by choice", b: "frozen by choice" });
    const byName = planOf(body, constants, { frozen: (subject) => subject.name === "b" });
    expect(byName).toEqual({
      ...{ w: "weight", b: "frozen by choice" },
      lo: 'a parameter of Clip "y"',
      hi: 'a parameter of Clip "y"',
      k: "float16; only float32 is trained",
    });
  });
});

test("parameters are counted, trained and frozen", () => {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[2,3] x) => (float y) <${counting("float[3,4] w")}, ${counting("float[4] b")}, float s = {2}> {m = Gemm(x, w, b) y = Mul(m, s)}`,
  );
  expect(chooseParameters(model)).toMatchObject({ trained: 16, frozen: 1 });
});
