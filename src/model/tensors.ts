import { allGraphs, type Model } from "@pare/ir";
import type { TensorSize } from "@pare/report";
import type { Tensor } from "@pare/tensor";

const kept = 40;

/** The largest stored tensors, largest first; of equals the first by name. Their data is not read. */
export function largestTensors(model: Model): readonly TensorSize[] {
  const sizes = [...namedTensors(model)].map(([name, { dtype, shape, source }]) => ({
    name,
    dtype,
    shape: [...shape],
    bytes: source.size,
  }));
  return sizes.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)).slice(0, kept);
}

/** Values by their names, tensors in attributes by their node's name and the attribute's. */
function* namedTensors(model: Model): Generator<readonly [string, Tensor]> {
  for (const graph of allGraphs(model)) {
    for (const { name, origin } of graph.values) {
      if (origin.kind === "constant") yield [name, origin.tensor];
      if (origin.kind === "sparse-constant") yield [name, origin.tensor.values];
      if (origin.kind === "input" && origin.initial !== undefined) yield [name, origin.initial];
    }
    for (const node of graph.nodes)
      for (const [name, attr] of node.attrs) if (attr.kind === "tensor") yield [`${node.name}.${name}`, attr.tensor];
  }
}
