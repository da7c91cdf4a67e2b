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
      if (use.kind === "input") found = this.#stepAt(use.node, use.slot);
      else if (use.graph.parent !== undefined) found = this.#stepOutOf(use.graph.parent);
      if (found !== undefined) break;
    }
    this.#steps.set(value, found);
    return found;
  }

  #stepAt(node: Node, slot: number): string | undefined {
    if (readsOnlyShape.has(node.op)) return undefined;
    if (subgraphs(node).length > 0) {
      const isCondition = slot < (conditions.get(node.op) ?? 0);
      return isCondition ? node.type : this.#stepOutOf(node);
    }
    return isDiscontinuous(node) ? node.type : this.#stepBehind(node);
  }

  /** What a subgraph gives goes on to its node's outputs, and in a Loop or Scan round again through all of it. */
  #stepOutOf(node: Node): string | undefined {
    if (node.op !== "onnx.If")
      for (const graph of subgraphs(node).flatMap((each) => [...graphsWithin(each)]))
        for (const inner of graph.nodes) if (isDiscontinuous(inner) && subgraphs(inner).length === 0) return inner.type;
    return this.#stepBehind(node);
  }

  #stepBehind(node: Node): string | undefined {
    for (const output of node.outputs) {
      const found = this.stepAfter(output);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** How many of the first inputs decide whether a subgraph runs at all. */
const conditions = new Map([
  ["onnx.If", 1],
  ["onnx.Loop", 2],
]);
