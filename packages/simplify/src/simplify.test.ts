import { countNodes, parseModel } from "@pare/ir";
import { runPass } from "@pare/pass";
import { expect, it } from "vitest";
import { nodeLines, tools } from "../test/rewritten.ts";
import { parameterBytes } from "./ledger.ts";
import { simplify, simplifyOptions } from "./simplify.ts";

const simplified = async (text: string, options: unknown = {}) => {
  const model = parseModel(text);
  const run = await runPass(model, simplify, options, tools);
  return { model, run, nodes: nodeLines(model) };
};

/** As a PyTorch export splits heads: the batch stays free. */
const heads = `g (float[batch,49,64] x) => (y) <float[64,64] w = random(1), float[64] b = random(2)> {
  s = Shape (x) i = Constant <value = int64 {0}> () n = Gather (s, i) axes = Constant <value = int64[1] {0}> () u = Unsqueeze (n, axes)
  c1 = Constant <value = int64[1] {-1}> () c2 = Constant <value = int64[1] {4}> () c3 = Constant <value = int64[1] {16}> ()
  p = MatMul (x, w) q = Add (p, b) t = Concat <axis = 0> (u, c1, c2, c3) r = Reshape (q, t) k = Transpose <perm = [0, 2, 1, 3]> (r) y = Identity (k)
}`;

it("leaves no shape arithmetic where one size is free", async () => {
  const { nodes, model } = await simplified(heads);
  expect(nodes.map((node) => /= (\w+)/.exec(node)![1])).toEqual(["MatMul", "Add", "Reshape", "Transpose"]);
  expect(model.graph.inputs[0]!.type).toMatchObject({ shape: ["batch", 49, 64] });
});

it("adds no parameter bytes", async () => {
  const before = parameterBytes(parseModel(heads));
  expect(parameterBytes((await simplified(heads)).model)).toBeLessThanOrEqual(before);
});

it("says what changed, and which parts of it did", async () => {
  const { run } = await simplified(heads);
  expect(run.edits).toContain("simplify/extract-constants");
  expect(run.notes.map((note) => note.text)).toContain("turned a Constant node into an initializer (5 times)");
  expect(run.notes.find((note) => note.text === "gave a Reshape a constant target")?.subjects).toEqual(["r"]);
});

it("keeps rounding out when asked", async () => {
  const text =
    "g (float[N,3] x) => (y) <float[3,4] w = random(1), float[4] b = random(2)> { p = MatMul (x, w) i = Identity (p) y = Add (i, b) }";
  expect((await simplified(text, { exactOnly: true })).nodes).toHaveLength(2);
  expect((await simplified(text)).nodes).toEqual(["y = Gemm (x, w, b)"]);
});

it("keeps inputs with initial values when asked", async () => {
  const text = "g (float[N,3] x, float w = {1}) => (y) { y = Mul (x, w) }";
  const { model } = await simplified(text, { keepInitialInputs: true });
  expect(model.graph.inputs).toHaveLength(2);
  expect((await simplified(text)).model.graph.inputs).toHaveLength(1);
});

it("touches only what is selected", async () => {
  const model = parseModel("g (float[N] x) => (y) { a = Identity (x) b = Neg (a) c = Identity (b) y = Abs (c) }");
  const selects = (subject: { name: string; outputs?: readonly { name: string }[] }) =>
    subject.name !== "c" && subject.outputs?.[0]?.name !== "c";
  await runPass(model, simplify, {}, { ...tools, selects });
  expect(nodeLines(model)).toEqual(["b = Neg (x)", "c = Identity (b)", "y = Abs (c)"]);
});

it("takes time in proportion to the nodes", async () => {
  const chain = (blocks: number) => {
    const nodes = Array.from(
      { length: blocks },
      (_, i) =>
        `s${i} = Shape (y${i}) n${i} = Gather (s${i}, zero) u${i} = Unsqueeze (n${i}, ax) c${i} = Concat <axis = 0> (u${i}, minus, eight)
         r${i} = Reshape (y${i}, c${i}) t${i} = Transpose <perm = [0, 2, 1]> (r${i}) v${i} = Transpose <perm = [0, 2, 1]> (t${i}) y${i + 1} = Tanh (v${i})`,
    );
    return `g (float[N,S,8] y0) => (y) <int64 zero = {0}, int64[1] ax = {0}, int64[1] minus = {-1}, int64[1] eight = {8}> { ${nodes.join(" ")} y = Abs (y${blocks}) }`;
  };
  const timed = async (blocks: number) => {
    const model = parseModel(chain(blocks));
    const began = performance.now();
    await runPass(model, simplify, {}, tools);
    expect(countNodes(model)).toBe(blocks + 1);
    return performance.now() - began;
  };
  await timed(50);
  const [small, large] = [await timed(100), await timed(800)];
  expect(large / small).toBeLessThan(32);
});

it("describes every option", () => {
  for (const [name, option] of Object.entries(simplifyOptions.shape)) expect(option.description, name).toBeTruthy();
});
