import { type Attr, allGraphs, type Graph, type Model } from "@pare/ir";
import type { Tensor } from "@pare/tensor";

export interface FoundTensor {
  readonly tensor: Tensor;
  /** `initializer`: may always lie in an external file; `attribute`: runtimes do not all look there. */
  readonly at: "initializer" | "attribute";
}

/** Every tensor of a model in the order of writing: graphs, subgraphs, functions and their defaults. */
export function* allTensors(model: Model): Generator<FoundTensor> {
  for (const graph of allGraphs(model)) yield* tensorsOf(graph);
  for (const { defaults } of model.functions) for (const attr of defaults.values()) yield* inAttribute(attr);
}

function* tensorsOf(graph: Graph): Generator<FoundTensor> {
  for (const { origin } of graph.values) {
    if (origin.kind === "constant") yield { tensor: origin.tensor, at: "initializer" };
    if (origin.kind === "input" && origin.initial !== undefined) yield { tensor: origin.initial, at: "initializer" };
    if (origin.kind === "sparse-constant") {
      yield { tensor: origin.tensor.values, at: "attribute" };
      yield { tensor: origin.tensor.indices, at: "attribute" };
    }
  }
  for (const { attrs } of graph.nodes) for (const attr of attrs.values()) yield* inAttribute(attr);
}

function* inAttribute(attr: Attr): Generator<FoundTensor> {
  const found = (tensor: Tensor): FoundTensor => ({ tensor, at: "attribute" });
  if (attr.kind === "tensor") yield found(attr.tensor);
  if (attr.kind === "tensors") yield* attr.tensors.map(found);
  const sparse = attr.kind === "sparse-tensor" ? [attr.tensor] : attr.kind === "sparse-tensors" ? attr.tensors : [];
  for (const { values, indices } of sparse) yield* [found(values), found(indices)];
}
