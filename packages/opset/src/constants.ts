import { attr, attrsOf, type Edit, type Graph, type Node, type Value } from "@pare/ir";
import { type Tensor, tensorBytes, tensorOf } from "@pare/tensor";

const mostSharedBytes = 256;

/**
 * Makes the small constants that attributes turn into. Equal ones in one graph are shared. Function bodies hold no
 * initializers, and before IR 4 an initializer has to be a graph input too: there they are Constant nodes.
 */
export class Constants {
  readonly #edit: Edit;
  readonly #asNodes: boolean;
  readonly #made = new Map<Graph, Map<string, Value>>();

  constructor(edit: Edit, asNodes: boolean) {
    this.#edit = edit;
    this.#asNodes = asNodes;
  }

  /** The value that holds `tensor` for `user`, under `stem` or a free name made from it. */
  place(stem: string, tensor: Tensor, user: Node): Value {
    if (this.#asNodes) {
      const attrs = attrsOf({ value: attr.tensor(tensor) });
      return this.#edit.node("onnx.Constant", [], { attrs, before: user, outputs: [stem] }).outputs[0]!;
    }
    if (tensor.source.size > mostSharedBytes) return this.#edit.constant(stem, tensor, user.graph);
    const made = this.#made.get(user.graph) ?? new Map<string, Value>();
    this.#made.set(user.graph, made);
    const key = `${tensor.dtype} ${tensor.shape.join()} ${Buffer.from(tensorBytes(tensor)).toString("hex")}`;
    const known = made.get(key);
    if (known !== undefined && user.graph.value(known.name) === known) return known;
    const value = this.#edit.constant(stem, tensor, user.graph);
    made.set(key, value);
    return value;
  }
}

/** The constant behind a value: an initializer, or what a Constant node makes. */
export function constantOf(value: Value | undefined): Tensor | undefined {
  if (value?.origin.kind === "constant") return value.origin.tensor;
  if (value?.origin.kind !== "output" || value.origin.node.op !== "onnx.Constant") return undefined;
  for (const [name, found] of value.origin.node.attrs) {
    if (name === "value" && found.kind === "tensor") return found.tensor;
    if (name === "value_int" && found.kind === "int") return tensorOf("int64", [], [found.value]);
    if (name === "value_ints" && found.kind === "ints") return tensorOf("int64", [found.values.length], found.values);
    if (name === "value_float" && found.kind === "float") return tensorOf("float32", [], [found.value]);
    if (name === "value_floats" && found.kind === "floats")
      return tensorOf("float32", [found.values.length], found.values);
  }
  return undefined;
}
