import { parseModel } from "@pare/ir";
import { expect, test } from "vitest";
import { separateParameters } from "./separate-parameters.ts";

function separated(body: string, constants: string) {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[2,3,4,4] x) => (float y) <${constants}> {${body}}`,
  );
  const names = separateParameters(model);
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
    "BatchNormalization(c,one,zero,zero_2,one_2)",
    "Conv(n,w)",
    "BatchNormalization(d,one_3,zero_3,zero_4,one_4)",
  ]);
  expect(names).toEqual(["one_2", "one_3", "one_4", "zero_2", "zero_3", "zero_4"]);
});

test("an Identity, where the exporter kept a name, gives the name back", () => {
  const constants = `${weight}, float[3] one = {1,1,1}, float[3] zero = {0,0,0}`;
  const body = `mean = Identity(zero) again = Identity(mean) ${norms} y = BatchNormalization(d, one, zero, again, one)`;
  const { nodes, model } = separated(body, constants);
  expect(nodes.at(-1)).toMatch(/^BatchNormalization\(d,one_\d,zero_\d,again,one_\d\)$/);
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
