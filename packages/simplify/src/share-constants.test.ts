import { createGraphBuilder, createModel } from "@pare/ir";
import { runPass } from "@pare/pass";
import { type ByteSource, makeTensor } from "@pare/tensor";
import { expect, it } from "vitest";
import { passNamed, rewritten, tools } from "../test/rewritten.ts";

it("keeps one of the same type, shape and bytes", async () => {
  const { nodes, constants } = await rewritten(
    `g (float[N,2] x) => (y) <float[2] a = {1, 2}, float[2] b = {1, 2}, float[1,2] c = {1, 2}, float[2] d = {1, 3}, float[2] z = {0, 0}, float[2] m = {-0, 0}> {
      p = Mul (x, a) q = Mul (p, b) r = Mul (q, c) s = Mul (r, d) t = Add (s, z) y = Add (t, m)
    }`,
    "share-constants",
  );
  expect(nodes[1]).toBe("q = Mul (p, a)");
  expect(Object.keys(constants)).toEqual(["a", "c", "d", "z", "m"]);
});

it("lets a branch read a constant of the graph around it", async () => {
  const { model } = await rewritten(
    `g (float[N,2] x, bool c) => (y, z) <float[2] a = {1, 2}> {
      z = Mul (x, a)
      y = If <then_branch = graph t () => (p) <float[2] b = {1, 2}> { p = Add (x, b) }, else_branch = graph e () => (q) { q = Neg (x) }> (c)
    }`,
    "share-constants",
  );
  const inner = [...model.graph.nodes].flatMap((node) => [...node.attrs.values()]);
  expect(
    inner.flatMap((attr) => (attr.kind === "graph" ? [...attr.graph.values] : [])).map((value) => value.name),
  ).not.toContain("b");
});

/** 3 GB of zeros with one byte set, read in windows; counts what is read. */
class Large implements ByteSource {
  readonly size = 3 * 2 ** 30;
  readonly #at: number;
  read_ = 0;
  largest = 0;

  constructor(at: number) {
    this.#at = at;
  }

  read(offset: number, length: number): Uint8Array {
    this.read_ += length;
    this.largest = Math.max(this.largest, length);
    const bytes = new Uint8Array(length);
    if (this.#at >= offset && this.#at < offset + length) bytes[this.#at - offset] = 1;
    return bytes;
  }
}

it("tells large tensors apart by a few bytes, in small windows", async () => {
  const sources = [0, 1024, 2048].map((at) => new Large(at));
  const builder = createGraphBuilder("large");
  builder.input({ name: "x" });
  const shape = [3 * 2 ** 30];
  for (const [i, source] of sources.entries())
    builder.constant({ name: `w${i}`, tensor: makeTensor("uint8", shape, source) });
  builder.constant({ name: "lone", tensor: makeTensor("uint8", [3, 2 ** 30], new Large(0)) });
  builder.node({ domain: "onnx", type: "Sum", inputs: ["x", "w0", "w1", "w2", "lone"], outputs: ["y"] });
  const model = createModel({ graph: builder.finish([{ name: "y" }]), opsets: new Map([["onnx", 17]]) });
  await runPass(model, passNamed("share-constants"), {}, tools);
  expect([...model.graph.values].filter((value) => value.origin.kind === "constant")).toHaveLength(4);
  expect(Math.max(...sources.map((source) => source.largest))).toBeLessThanOrEqual(4 * 2 ** 20);
  expect(Math.max(...sources.map((source) => source.read_))).toBeLessThanOrEqual(32 * 2 ** 20);
});
