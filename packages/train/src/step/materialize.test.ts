import { parseModel } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { expect, test } from "vitest";
import { withConstants } from "./materialize.ts";

test("constants, constant nodes and initial values of inputs take trained values; the model itself stays", () => {
  const model = parseModel(
    `<ir_version: 8, opset_import: ["" : 11]> g (float[1] x, float[1] i = {1}) => (float y) <float[1] c = {1}> {
      k = Constant<value = float[1] {1}>() a = Add(x, i) b = Add(a, c) y = Add(b, k)
    }`,
  );
  const nine = tensorOf("float32", [1], [9]);
  const trained = withConstants(model, new Map(["i", "c", "k"].map((name) => [name, nine])));
  expect(trained.opsets.get("onnx")).toBe(11);
  expect([...trained.graph.nodes].map(({ type }) => type)).toEqual(["Constant", "Add", "Add", "Add"]);
  const constant = (of: typeof model, name: string) => {
    const origin = of.graph.value(name)!.origin;
    return origin.kind === "constant" ? [...numbers(origin.tensor)] : origin.kind;
  };
  expect(["i", "c"].map((name) => constant(trained, name))).toEqual([[9], [9]]);
  expect(["i", "c"].map((name) => constant(model, name))).toEqual(["input", [1]]);
  const value = [...trained.graph.nodes][0]!.attrs.get("value");
  expect(value?.kind === "tensor" && [...numbers(value.tensor)]).toEqual([9]);
});
