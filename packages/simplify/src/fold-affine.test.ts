import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

/** Two channels: scale 2 and 3, offset 1 and −1, mean 0.5 and 0, variance 1 and 4 (without epsilon). */
const bn = "float[2] g = {2, 3}, float[2] b = {1, -1}, float[2] m = {0.5, 0}, float[2] v = {1, 4}";

async function constants(text: string, ...passes: string[]) {
  const { model, nodes, notes } = await rewritten(text, ...passes);
  const data: Record<string, number[]> = {};
  for (const { name, origin } of model.graph.values)
    if (origin.kind === "constant")
      data[name] = [...numbers(origin.tensor)].map((each) => Math.round(each * 1e4) / 1e4);
  return { nodes, notes, data };
}

describe("fold-batch-norm", () => {
  it("scales a Conv's output channels and moves its bias: (bias − mean)·scale + offset", async () => {
    const { nodes, data } = await constants(
      `g (float[N,1,4,4] x) => (float[N,2,4,4] y) <float[2,1,1,1] w = {1, 10}, float[2] c = {0.25, 2}, ${bn}> {
        a = Conv (x, w, c) y = BatchNormalization <epsilon = 0.0> (a, g, b, m, v)
      }`,
      "fold-batch-norm",
    );
    expect(nodes).toEqual(["y = Conv (x, w, c)"]);
    // Scales are 2/√1 and 3/√4.
    expect(data).toEqual({ w: [2, 15], c: [(0.25 - 0.5) * 2 + 1, 2 * 1.5 - 1] });
  });

  it("gives a Conv without a bias one", async () => {
    const { nodes, data } = await constants(
      `g (float[N,1,4,4] x) => (float[N,2,4,4] y) <float[2,1,1,1] w = {1, 10}, ${bn}> {
        a = Conv (x, w) y = BatchNormalization <epsilon = 0.0> (a, g, b, m, v)
      }`,
      "fold-batch-norm",
    );
    expect(nodes).toEqual(["y = Conv (x, w, a_bias)"]);
    expect(data).toEqual({ w: [2, 15], a_bias: [0, -1] });
  });

  it("finds the output channels of a grouped ConvTranspose: [I, O/g, k]", async () => {
    const { data } = await constants(
      `g (float[N,2,4] x) => (float[N,2,4] y) <float[2,1,1] w = {1, 10}, ${bn}> {
        a = ConvTranspose <group = 2> (x, w) y = BatchNormalization <epsilon = 0.0> (a, g, b, m, v)
      }`,
      "fold-batch-norm",
    );
    expect(data.w).toEqual([2, 15]);
  });

  it("makes a MatMul of two matrices a Gemm", async () => {
    const { nodes, data } = await constants(
      `g (float[N,2] x) => (float[N,2] y) <float[2,2] w = {1, 2, 3, 4}, ${bn}> {
        a = MatMul (x, w) y = BatchNormalization <epsilon = 0.0> (a, g, b, m, v)
      }`,
      "fold-batch-norm",
    );
    expect(nodes).toEqual(["y = Gemm (x, w, a_bias)"]);
    expect(data.w).toEqual([2, 3, 6, 6]);
  });

  it("takes beta into a Gemm's bias, and the rows of a transposed weight for channels", async () => {
    const { data } = await constants(
      `g (float[N,2] x) => (float[N,2] y) <float[2,2] w = {1, 2, 3, 4}, float[2] c = {1, 1}, ${bn}> {
        a = Gemm <transB = 1, beta = 0.5> (x, w, c) y = BatchNormalization <epsilon = 0.0> (a, g, b, m, v)
      }`,
      "fold-batch-norm",
    );
    expect(data).toEqual({ w: [2, 4, 4.5, 6], c: [(0.5 - 0.5) * 2 + 1, 0.5 * 1.5 - 1] });
  });

  it.each([
    ["something else reads the Conv", "(y, z)", "z = Relu (a)", ""],
    ["a mean is computed", "(y)", "", "m"],
  ])("leaves it where %s", async (_, outputs, more, computed) => {
    const { nodes } = await rewritten(
      `g (float[N,1,4,4] x, float[2] given) => ${outputs} <float[2,1,1,1] w = {1, 10}, ${bn}> {
        a = Conv (x, w) y = BatchNormalization (a, g, b, ${computed === "m" ? "given" : "m"}, v) ${more}
      }`,
      "fold-batch-norm",
    );
    expect(nodes[1]).toContain("BatchNormalization");
  });

  it("leaves and reports what rounding could turn into a step", async () => {
    const { nodes, notes } = await rewritten(
      `g (float[N,1,4,4] x) => (y, z) <float[2,1,1,1] w = {1, 10}, float[2,1,1,1] w2 = {3, 4}, float[2] g2 = {1, 2}, float[2] b2 = {3, 4}, ${bn}> {
        a = Conv (x, w) n = BatchNormalization (a, g, b, m, v) r = Relu (n) y = Sign (r)
        c = Conv (x, w2) o = BatchNormalization (c, b2, g2, m, v) z = Relu (o)
      }`,
      "fold-batch-norm",
    );
    expect(nodes.filter((node) => node.includes("BatchNormalization"))).toHaveLength(1);
    expect(notes).toContain(
      "left: left a BatchNormalization behind a Conv: rounding could flip a step of Sign behind it",
    );
  });

  it("leaves half precision, which has no digits to spare", async () => {
    const { nodes } = await rewritten(
      `g (float16[N,1,4,4] x) => (y) <float16[2,1,1,1] w = {1, 10}, float16[2] g = {2, 3}, float16[2] b = {1, -1}, float16[2] m = {0.5, 0}, float16[2] v = {1, 4}> {
        a = Conv (x, w) y = BatchNormalization (a, g, b, m, v)
      }`,
      "fold-batch-norm",
    );
    expect(nodes).toHaveLength(2);
  });
});

describe("fold-scales", () => {
  it("folds a factor and an offset of each channel into a Conv", async () => {
    const { nodes, data } = await constants(
      `g (float[N,1,4,4] x) => (float[N,2,4,4] y) <float[2,1,1,1] w = {1, 10}, float[2] c = {1, 2}, float[1,2,1,1] s = {2, 4}, float[2,1,1] o = {1, 2}> {
        a = Conv (x, w, c) d = Div (a, s) y = Sub (d, o)
      }`,
      "fold-scales",
    );
    expect(nodes).toEqual(["y = Conv (x, w, c)"]);
    expect(data).toEqual({ w: [0.5, 2.5], c: [0.5 - 1, 0.5 - 2] });
  });

  it("leaves a constant that differs along another axis, or widens the value", async () => {
    const conv = (shape: string, values: string) =>
      `g (float[N,1,4,2] x) => (y) <float[2,1,1,1] w = {1, 10}, float[${shape}] s = {${values}}> { a = Conv (x, w) y = Mul (a, s) }`;
    expect((await rewritten(conv("2", "1, 2"), "fold-scales")).nodes).toHaveLength(2);
    expect((await rewritten(conv("1,1,1,1,1", "2"), "fold-scales")).nodes).toHaveLength(2);
  });

  it("leaves a weight that others share where a copy would add bytes", async () => {
    const { nodes } = await rewritten(
      `g (float[N,1,4,4] x) => (y, z) <float[2,1,1,1] w = {1, 10}, float s = {2}> { a = Conv (x, w) y = Mul (a, s) z = Conv (x, w) }`,
      "fold-scales",
    );
    expect(nodes).toHaveLength(3);
  });
});

describe("fold-ahead", () => {
  it("folds a BatchNormalization between transposes into every MatMul that reads it", async () => {
    const { nodes, data } = await constants(
      `g (float[N,3,2] x) => (y, z) <float[2,1] w1 = {1, 10}, float[2,1] w2 = {1, 1}, float[1] b1 = {5}, float[1] b2 = {7}, ${bn}> {
        t = Transpose <perm = [0,2,1]> (x) n = BatchNormalization <epsilon = 0.0> (t, g, b, m, v) u = Transpose <perm = [0,2,1]> (n)
        p = MatMul (u, w1) y = Add (p, b1) q = MatMul (u, w2) z = Add (b2, q)
      }`,
      "fold-ahead",
    );
    expect(nodes.map((node) => node.split(" ")[2])).toEqual(["MatMul", "Add", "MatMul", "Add"]);
    // The offsets are 1 − 0.5·2 = 0 and −1: W·offset is −10 and −1.
    expect(data).toEqual({ w1: [2, 15], w2: [2, 1.5], b1: [-5], b2: [6] });
  });

  it("folds an offset into a Conv that pads nothing, and only the factor into one that pads", async () => {
    const text = (pads: string) =>
      `g (float[N,2,4,4] x) => (y) <float[1,2,1,1] w = {1, 10}, float[1] c = {0}, float[2,1,1] s = {2, 3}, float[1,2,1,1] o = {1, 2}> {
        a = Mul (x, s) b = Add (a, o) y = Conv <pads = [${pads}]> (b, w, c)
      }`;
    const open = await constants(text("0, 0, 0, 0"), "fold-ahead");
    expect(open.nodes).toHaveLength(1);
    expect(open.data).toEqual({ w: [2, 30], c: [1 + 20] });
    expect((await constants(text("1, 1, 1, 1"), "fold-ahead")).nodes).toHaveLength(3);
  });

  it("leaves a value that something else reads too", async () => {
    const { nodes } = await rewritten(
      `g (float[N,2] x) => (y, z) <float[2,2] w = random(1), float s = {2}> { a = Mul (x, s) y = MatMul (a, w) z = Relu (a) }`,
      "fold-ahead",
    );
    expect(nodes).toHaveLength(3);
  });
});
