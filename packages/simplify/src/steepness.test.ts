import { parseModel } from "@pare/ir";
import { expect, it } from "vitest";
import { Steepness } from "./steepness.ts";

const steps = (text: string) => {
  const model = parseModel(text);
  const steepness = new Steepness(model);
  return (name: string) => steepness.stepAfter(model.graph.value(name)!);
};

it("finds a step on any way to an output", () => {
  const step = steps(
    `g (float[N,4] x) => (y, i, s, c) {
      a = Relu (x) b = Exp (a) y = Neg (b) d = Softmax (b) i = ArgMax (d) e = Tanh (x) s = Shape (e) f = Abs (x) c = Cast <to = 11> (f)
    }`,
  );
  expect(step("a")).toBe("ArgMax");
  expect(step("y")).toBeUndefined();
  expect(step("e"), "a shape does not depend on the elements").toBeUndefined();
  expect(step("f"), "a Cast to floats only rounds").toBeUndefined();
});

it("looks into and out of subgraphs, and does not trust what it does not know", () => {
  const step = steps(
    `<ir_version: 8, opset_import: ["" : 17, "mine" : 1]>
     g (float[N] x, bool q) => (y, z, w) {
      a = Abs (x) b = Neg (x) c = Exp (x)
      k = If <then_branch = graph t () => (u) { u = Relu (b) }, else_branch = graph e () => (v) { v = Tanh (b) }> (q)
      y = Sign (k)
      z = If <then_branch = graph t2 () => (u2) { u2 = Round (a) }, else_branch = graph e2 () => (v2) { v2 = Tanh (a) }> (q)
      w = mine.op (c)
    }`,
  );
  expect(step("a")).toBe("Round");
  expect(step("b")).toBe("Sign");
  expect(step("c")).toBe("op");
});
