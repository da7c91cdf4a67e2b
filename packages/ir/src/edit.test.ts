import { tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { isReplaceable, problemsOf, producerOf, verifyModel } from "./index.ts";
import { parseModel } from "./text/parse.ts";
import { printModel } from "./text/print.ts";
import type { Model, Node } from "./types.ts";

const chain = "g (float[N] x) => (float[N] y) <float[1] w = {2}> { a = Mul (x, w) b = Identity (a) y = Relu (b) }";

function nodeOf(model: Model, type: string): Node {
  const found = [...model.graph.nodes].find((node) => node.type === type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
}

function types(model: Model): string[] {
  return [...model.graph.nodes].map((node) => node.type);
}

describe("edit", () => {
  it("inserts a node after the last producer of its inputs", () => {
    const model = parseModel(chain);
    model.graph.edit("insert", (edit) => {
      const neg = edit.node("onnx.Neg", [nodeOf(model, "Mul").outputs[0]], { name: "neg" });
      edit.replaceUses(nodeOf(model, "Identity").outputs[0]!, neg.outputs[0]!);
      edit.remove(nodeOf(model, "Identity"));
    });
    verifyModel(model);
    expect(types(model)).toEqual(["Mul", "Neg", "Relu"]);
    expect(nodeOf(model, "Neg").madeBy).toBe("insert");
    expect(nodeOf(model, "Mul").madeBy).toBeUndefined();
  });

  it("undoes everything when the change throws", () => {
    const model = parseModel(chain);
    const before = printModel(model);
    expect(() =>
      model.graph.edit("broken", (edit) => {
        const c = edit.constant("w", tensorOf("float32", [1], [3]));
        edit.setInputs(nodeOf(model, "Mul"), [model.graph.inputs[0], c]);
        edit.removeConstant(model.graph.value("w")!);
        edit.replaceUses(nodeOf(model, "Identity").outputs[0]!, nodeOf(model, "Mul").outputs[0]!);
        edit.remove(nodeOf(model, "Identity"));
        edit.remove(nodeOf(model, "Relu"));
      }),
    ).toThrow(/GRAPH_STILL_USED at Relu "y" \(its output "y"\)/);
    expect(printModel(model)).toBe(before);
    verifyModel(model);
  });

  it("goes back to a savepoint over several edits, and over changes of the model", () => {
    const model = parseModel(chain);
    const before = printModel(model);
    const outer = model.graph.savepoint();
    model.graph.edit("one", (edit) => edit.rename(model.graph.value("a")!, "renamed"));
    const inner = model.graph.savepoint();
    model.update("opset", { opsets: new Map([["onnx", 21]]) });
    model.graph.edit("two", (edit) => edit.setOp(nodeOf(model, "Relu"), "onnx.Neg"));
    expect(inner.labels).toEqual(["opset", "two"]);
    inner.rollback();
    expect(printModel(model)).toContain("renamed");
    expect(model.opsets.get("onnx")).toBe(17);
    outer.rollback();
    expect(printModel(model)).toBe(before);
  });

  it("hands a graph output's name and type over to what replaces it", () => {
    const model = parseModel("g (float[N] x) => (float[N] y) { a = Relu (x) y = Identity (a) }");
    model.graph.edit("drop identity", (edit) => {
      const identity = nodeOf(model, "Identity");
      edit.replaceUses(identity.outputs[0]!, identity.inputs[0]!);
      edit.remove(identity);
    });
    expect(printModel(model)).toContain("g (float[N] x) => (float[N] y) {\n  y = Relu (x)\n}");
    verifyModel(model);
  });

  it("does not make an input, a constant or another output stand in for an output", () => {
    const model = parseModel(
      "g (x) => (y, z) <float[1] w = {1}> { y = Identity (x) z = Identity (y) u = Identity (w) }",
    );
    const value = (name: string) => model.graph.value(name)!;
    expect(isReplaceable(value("y"), value("x"))).toBe(false);
    expect(isReplaceable(value("y"), value("w"))).toBe(false);
    expect(isReplaceable(value("z"), value("y"))).toBe(false);
    expect(isReplaceable(value("z"), value("u"))).toBe(true);
    expect(() => model.graph.edit("no", (edit) => edit.replaceUses(value("y"), value("x")))).toThrow(
      /GRAPH_OUTPUT_KEPT at y: "x" cannot take its place as a graph output: it is an input/,
    );
  });

  it("sorts when an edit makes a node read what is made later, and refuses a circle", () => {
    const model = parseModel("g (x) => (z) { a = Neg (x) b = Abs (x) z = Add (a, b) }");
    model.graph.edit("later", (edit) => edit.setInputs(nodeOf(model, "Neg"), [nodeOf(model, "Abs").outputs[0]]));
    expect(types(model)).toEqual(["Abs", "Neg", "Add"]);
    const before = printModel(model);
    expect(() =>
      model.graph.edit("circle", (edit) => edit.setInputs(nodeOf(model, "Abs"), [nodeOf(model, "Add").outputs[0]])),
    ).toThrow(/GRAPH_CYCLE/);
    expect(printModel(model)).toBe(before);
  });

  const branches = `g (bool c, float[2] x) => (y) {
    d = Neg (x)
    y = If <then_branch = graph t () => (r) { r = Abs (d) }, else_branch = graph e () => (s) { s = Neg (x) }> (c)
  }`;

  it("sees uses inside subgraphs and ends them when their node goes", () => {
    const model = parseModel(branches);
    const d = model.graph.value("d")!;
    expect([...d.uses].map((use) => use.kind === "input" && use.node.type)).toEqual(["Abs"]);
    const save = model.graph.savepoint();
    model.graph.edit("remove if", (edit) => {
      const neg = edit.node("onnx.Exp", [model.graph.value("x")]);
      edit.replaceUses(model.graph.value("y")!, neg.outputs[0]!);
      edit.remove(nodeOf(model, "If"));
    });
    expect(d.uses.size).toBe(0);
    verifyModel(model);
    save.rollback();
    expect(d.uses.size).toBe(1);
    verifyModel(model);
  });

  it("moves the nodes of a branch into the graph around it", () => {
    const model = parseModel(branches);
    const conditional = nodeOf(model, "If");
    const branch = conditional.attrs.get("then_branch");
    if (branch?.kind !== "graph") throw new Error("no branch");
    const save = model.graph.savepoint();
    const before = printModel(model);
    model.graph.edit("inline", (edit) => {
      const result = branch.graph.outputs[0]!;
      for (const node of [...branch.graph.nodes]) edit.move(node, conditional);
      edit.replaceUses(conditional.outputs[0]!, result);
      edit.remove(conditional);
    });
    verifyModel(model);
    expect(types(model)).toEqual(["Neg", "Abs"]);
    expect(model.graph.outputs[0]!.name).toBe("y");
    expect(producerOf(model.graph.outputs[0])?.type).toBe("Abs");
    save.rollback();
    expect(printModel(model)).toBe(before);
    verifyModel(model);
  });

  it("keeps of a former output's free sizes those that inputs have: the exporter's own names may lie inside", () => {
    const model = parseModel("g (float[N,2,H] x) => (float[N,many,4,H] y) { y = Reshape (x) }");
    model.graph.edit("round", (edit) => {
      const y = model.graph.value("y")!;
      const rounded = edit.node("onnx.Round", [y]);
      edit.replaceUses(y, rounded.outputs[0]!, (use) => use.kind === "output");
    });
    expect(model.graph.value("y_replaced")?.type).toMatchObject({ shape: ["N", undefined, 4, "H"] });
    expect(model.graph.value("y")?.type).toMatchObject({ shape: ["N", "many", 4, "H"] });
  });

  it("builds a subgraph and its node", () => {
    const model = parseModel("g (bool c, float[2] x) => (y) { y = Neg (x) }");
    model.graph.edit("wrap", (edit) => {
      const make = (name: string, op: string) => {
        const graph = edit.subgraph(name);
        edit.output(edit.node(op, [model.graph.value("x")], { graph }).outputs[0]!);
        return { kind: "graph", graph } as const;
      };
      const attrs = new Map(Object.entries({ then_branch: make("t", "onnx.Abs"), else_branch: make("e", "onnx.Exp") }));
      const conditional = edit.node("onnx.If", [model.graph.value("c")], { attrs });
      edit.replaceUses(model.graph.value("y")!, conditional.outputs[0]!);
      edit.remove(nodeOf(model, "Neg"));
    });
    expect(problemsOf(model)).toEqual([]);
  });

  it("refuses to read a value of an inner graph from outside", () => {
    const model = parseModel(branches);
    const inner = [...model.graph.value("d")!.uses][0]!;
    if (inner.kind !== "input") throw new Error("no inner use");
    expect(() =>
      model.graph.edit("leak", (edit) => edit.setInputs(nodeOf(model, "Neg"), [inner.node.outputs[0]])),
    ).toThrow(/it cannot see "r"/);
  });

  it("iterates on while nodes are removed", () => {
    const model = parseModel("g (x) => (y) { a = Neg (x) b = Abs (x) c = Exp (x) y = Relu (x) }");
    const seen: string[] = [];
    for (const node of model.graph.nodes) {
      seen.push(node.type);
      model.graph.edit("thin out", (edit) => {
        for (const other of [...model.graph.nodes])
          if (other.outputs[0]!.uses.size === 0 && other.type !== "Exp") edit.remove(other);
      });
    }
    expect(seen).toEqual(["Neg", "Exp", "Relu"]);
  });
});
