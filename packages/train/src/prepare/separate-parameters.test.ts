import { parseModel } from "@pare/ir";
import { expect, test } from "vitest";
import { type Separation, separateParameters } from "./separate-parameters.ts";

function separated(body: string, constants: string, separation?: Separation) {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[2,3,4,4] x) => (float y) <${constants}> {${body}}`,
  );
  const names = separateParameters(model, separation);
  const nodes = [...model.graph.nodes].map(({ type, inputs }) => `${type}(${inputs.map((input) => input?.name)})`);
  return { names, nodes, model };
}

const weight = "float[3,3,1,1] w = {1,0,0,0,1,0,0,0,1}";
const norms = "c = Conv(x, w) n = BatchNormalization(c, one, zero, zero, one) d = Conv(n, w)";

test("each batch-norm has its own scale, bias and statistics; what differs in its elements stays one", () => {
  const constants = `${weight}, float[3] one = {1,1,1}, float[3] zero = {0,0,0}`;
  const { names, nodes } = separated(`${norms} y = BatchNormalization(d, one, zero, zero, one)`, constants);
  expect(nodes).toEqual([
    "Conv(x,w)",
    "BatchNormalization(c,one,zero,n/zero,n/one)",
    "Conv(n,w)",
    "BatchNormalization(d,y/one,y/zero,y/zero_2,y/one_2)",
  ]);
  expect(names).toEqual(["n/one", "y/one", "y/one_2", "n/zero", "y/zero", "y/zero_2"]);
});

test("an Identity, where the exporter kept a name, gives the name back", () => {
  const constants = `${weight}, float[3] one = {1,1,1}, float[3] zero = {0,0,0}`;
  const body = `mean = Identity(zero) again = Identity(mean) ${norms} y = BatchNormalization(d, one, zero, again, one)`;
  const { nodes, model } = separated(body, constants);
  expect(nodes.at(-1)).toBe("BatchNormalization(d,y/one,y/zero,again,y/one_2)");
  expect(nodes).toHaveLength(4);
  expect(model.graph.value("again")!.origin.kind).toBe("constant");
});

test("a constant that is read only through Identity is gone", () => {
  const constants = `${weight}, float[3] zero = {0,0,0}`;
  const { nodes, model } = separated(
    "a = Identity(zero) b = Identity(zero) c = Conv(x, w, a) y = Conv(c, w, b)",
    constants,
  );
  expect(nodes).toEqual(["Conv(x,w,a)", "Conv(c,w,b)"]);
  expect(model.graph.value("zero")).toBeUndefined();
});

test.each([
  ["numbers of formulas", "z = Mul(x, k) y = Add(z, k)", "float k = {2}"],
  ["masks", "z = Add(x, k) y = Add(z, k)", "float[4] k = {-10000, -10000, -10000, -10000}"],
  [
    "what one node learns",
    "z = Conv(x, w, k) y = Clip(z, k)",
    `${weight}, float[3] other = {0,0,0}, float[3] k = {1,2,3}`,
  ],
  ["a tied table", "z = Conv(x, w) t = Transpose(w) y = Conv(z, t)", weight],
])("%s stay as they are", (_, body, constants) => {
  expect(separated(body, constants).names).toEqual([]);
});

test("nodes that read one Identity, or the constant beside it, read one parameter", () => {
  const constants = `${weight}, float[3] zero = {0,0,0}`;
  const body = "a = Identity(zero) c = Conv(x, w, zero) d = Conv(c, w, zero) e = Conv(d, w, a) y = Conv(e, w, a)";
  expect(separated(body, constants).nodes).toEqual(["Conv(x,w,zero)", "Conv(c,w,zero)", "Conv(d,w,a)", "Conv(e,w,a)"]);
});

test("statistics are never tied to scales and biases", () => {
  const constants = `${weight}, float[3] one = {1,1,1}, float[3] zero = {0,0,0}`;
  const body = `first = Identity(one) ${norms} y = BatchNormalization(d, first, zero, zero, first)`;
  const read = separated(body, constants).nodes.filter((node) => node.startsWith("Batch"));
  expect(new Set(read.flatMap((node) => node.slice(0, -1).split(",").slice(1))).size).toBe(8);
});

test("Constant nodes and inputs with initial values count as constants", () => {
  const body = "zero = Constant <value = float[3] {0,0,0}> () c = Conv(x, w, zero) y = Conv(c, w, zero)";
  expect(separated(body, weight).nodes.slice(-2)).toEqual(["Conv(x,w,zero)", "Conv(c,w,y/zero)"]);
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[2,3,4,4] x, float[3] zero = {0,0,0}) => (float y) <${weight}> { c = Conv(x, w, zero) y = Conv(c, w, zero) }`,
  );
  expect(separateParameters(model)).toEqual(["y/zero"]);
});

test("a constant that is an output too keeps its elements", () => {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[2,3,4,4] x) => (float y, float zero) <${weight}, float[3] zero = {0,0,0}> { y = Conv(x, w, zero) }`,
  );
  expect(separateParameters(model)).toEqual(["y/zero"]);
});

test("what is frozen stays, and only statistics are separated where only they are estimated", () => {
  const constants = `${weight}, float[3] one = {1,1,1}, float[3] zero = {0,0,0}`;
  const names = (separation: Separation) => separated(norms.replace(" d =", " y ="), constants, separation).names;
  expect(names({ frozen: (subject) => "uses" in subject && subject.name === "one" })).toEqual(["n/zero"]);
  expect(names({ frozen: (subject) => "op" in subject })).toEqual([]);
  expect(names({ only: "statistics" })).toEqual(["n/one", "n/zero"]);
});
