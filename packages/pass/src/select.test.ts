import { type Node, parseModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { checkPatterns, idlePatterns, type Selection, selector } from "./select.ts";

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

describe("patterns that fit nothing", () => {
  it("are told, of only and of except, and those that fit a node, an operator or a value are not", () => {
    const only = ["enc/0/*", "w", "enc/9/*", "op:Mul"];
    expect(idlePatterns({ only, except: ["x", "op:Conv"] }, [model])).toEqual(["enc/9/*", "op:Conv"]);
    expect(idlePatterns({}, [model])).toEqual([]);
  });

  it("are refused with what may be meant", () => {
    expect(() => checkPatterns({ only: ["enc/10/fx"] }, [model])).toThrow(
      'SELECT_NOTHING at "enc/10/fx": no node and no value of the model has such a name (expected a name with * and ?, or an operator after "op:"). Did you mean "enc/10/fc"? `pare inspect --target auto` names the nodes.',
    );
    expect(() => checkPatterns({ except: ["op:Mull"] }, [model])).toThrow('Did you mean "op:Mul"?');
    checkPatterns({ only: ["enc/10/fc"], except: ["op:com.microsoft.Gelu"] }, [model]);
  });
});
