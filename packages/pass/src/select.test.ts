import { type Node, parseModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { type Selection, selector } from "./select.ts";

const model = parseModel(
  `<ir_version: 8, opset_import: ["" : 17, "com.microsoft" : 1]>
   g (float[N] x) => (y) <float w = {1}> { ["enc/0/fc"] a = Mul (x, w) ["enc/10/fc"] b = Neg (a) y = com.microsoft.Gelu (b) }`,
);
const nodes = [...model.graph.nodes];

const selected = (selection: Selection) => {
  const selects = selector(selection);
  return nodes.filter((node: Node) => selects(node)).map((node) => node.outputs[0]!.name);
};

describe("selector", () => {
  it.each([
    [{}, ["a", "b", "y"]],
    [{ only: ["enc/*"] }, ["a", "b"]],
    [{ only: ["enc/?/fc"] }, ["a"]],
    [{ only: ["a", "y"] }, ["a", "y"]],
    [{ except: ["op:Mul"] }, ["b", "y"]],
    [{ only: ["op:com.microsoft.*"] }, ["y"]],
    [{ only: ["op:onnx.N*"] }, ["b"]],
    [{ only: ["enc*"], except: ["*/10/*"] }, ["a"]],
    [{ only: ["enc.0.fc"] }, []],
    [{ only: [] }, []],
  ] as readonly (readonly [Selection, readonly string[]])[])("%j selects %j", (selection, names) => {
    expect(selected(selection)).toEqual(names);
  });

  it("knows a value by its name and by the node that makes it", () => {
    const selects = selector({ only: ["w", "enc/0/fc"] });
    expect(["x", "w", "a", "b"].filter((name) => selects(model.graph.value(name)!))).toEqual(["w", "a"]);
  });

  it("refuses an empty pattern", () => {
    expect(() => selector({ only: [""] })).toThrow('SELECT_PATTERN at "": a selector is empty');
  });
});
