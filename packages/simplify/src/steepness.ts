/**
 * Where rounding turns into a step. An operator with the trait `discontinuous` (Sign, Round, ArgMax, TopK …) may give
 * quite another output for an input that moved by a rounding error. A value is steep where such an operator lies on a
 * way from it to an output of the model. Operators that read only the shape of their input stop the search.
 */
import { allGraphs, graphsWithin, type Model, type Node, subgraphs, type Value } from "@pare/ir";
import { isDiscontinuous } from "@pare/ops";

const readsOnlyShape = new Set(["onnx.Shape", "onnx.Size"]);

export class Steepness {
  /** The type of the first step behind a value, by value; undefined: looked at, none. */
  readonly #steps = new Map<Value, string | undefined>();

  constructor(model: Model) {
    // Outer graphs first: what lies behind a subgraph is known then, and no chain is walked more than once.
    for (const graph of allGraphs(model))
      for (const node of [...graph.nodes].reverse()) for (const output of node.outputs) this.stepAfter(output);
  }

  /** The operator behind `value` that would make a step of a rounding error, by its type. */
  stepAfter(value: Value): string | undefined {
    if (this.#steps.has(value)) return this.#steps.get(value);
    this.#steps.set(value, undefined);
    let found: string | undefined;
    for (const use of value.uses) {
      if (use.kind === "input") found = this.#stepAt(use.node);
      else if (use.graph.parent !== undefined) found = this.#stepAt(use.graph.parent);
      if (found !== undefined) break;
    }
    this.#steps.set(value, found);
    return found;
  }

  #stepAt(node: Node): string | undefined {
    if (readsOnlyShape.has(node.op)) return undefined;
    if (isDiscontinuous(node)) return node.type;
    for (const graph of subgraphs(node))
      for (const inner of graphsWithin(graph))
        for (const each of inner.nodes) if (isDiscontinuous(each)) return each.type;
    for (const output of node.outputs) {
      const found = this.stepAfter(output);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
