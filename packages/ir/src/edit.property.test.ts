import { describe, expect, it } from "vitest";
import { isReplaceable, problemsOf } from "./index.ts";
import { parseModel } from "./text/parse.ts";
import { printModel } from "./text/print.ts";
import type { Edit, Graph, Node, Value } from "./types.ts";
import { graphsWithin } from "./walk.ts";

/** A small linear congruential generator (Numerical Recipes): tests only need variety that repeats. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const text = `g (bool c, float[2] x) => (y, z) <float[2] w = {1, 2}> {
  a = Add (x, w)
  b = Mul (a, x)
  y = If <then_branch = graph t () => (r) { q = Abs (b) r = Neg (q) }, else_branch = graph e () => (s) { s = Sub (a, x) }> (c)
  d = Identity (b)
  z = Relu (d)
}`;

/** One random change; those that the graph refuses throw, and must leave nothing behind. */
function change(edit: Edit, graph: Graph, below: (n: number) => number): void {
  const graphs = [...graphsWithin(graph)];
  const at = graphs[below(graphs.length)]!;
  const nodes: Node[] = [...at.nodes];
  const values: Value[] = graphs.flatMap((each) => [...each.values]);
  const node = nodes[below(nodes.length)];
  const value = values[below(values.length)]!;
  const other = values[below(values.length)]!;
  const kind = below(7);
  if (kind === 0) edit.node("onnx.Add", [value, other], { graph: at });
  else if (kind === 1 && node !== undefined) edit.setInputs(node, [value, other].slice(below(2)));
  else if (kind === 2 && node !== undefined) edit.remove(node);
  else if (kind === 3 && (isReplaceable(value, other) || below(4) === 0)) edit.replaceUses(value, other);
  else if (kind === 4) edit.rename(value, ["x", "fresh", "y"][below(3)]!);
  else if (kind === 5 && node !== undefined) edit.setOutputCount(node, 1 + below(3));
  else if (kind === 6 && node !== undefined && node.graph !== graph) {
    const outside = [...graph.nodes].find((candidate) => candidate.attrs.size > 0);
    if (outside !== undefined) edit.move(node, outside);
  }
}

describe("random edits", () => {
  it("leave a graph that verifies, or nothing at all; and a savepoint undoes them letter by letter", () => {
    let refused = 0;
    let applied = 0;
    for (let seed = 0; seed < 150; seed++) {
      const below = generator(seed);
      const model = parseModel(text);
      const original = printModel(model);
      const save = model.graph.savepoint();
      for (let step = 0; step < 12; step++) {
        const before = printModel(model);
        try {
          model.graph.edit("random", (edit) => {
            change(edit, model.graph, below);
            change(edit, model.graph, below);
          });
          applied++;
        } catch (error) {
          refused++;
          expect(String(error)).toMatch(/GRAPH_/);
          expect(printModel(model)).toBe(before);
        }
        expect(problemsOf(model), `seed ${seed}, step ${step}`).toEqual([]);
      }
      save.rollback();
      expect(printModel(model)).toBe(original);
      expect(problemsOf(model)).toEqual([]);
    }
    expect(applied).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(300);
  });
});
