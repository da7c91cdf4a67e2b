import { createHash } from "node:crypto";
import { allGraphs, type Model, printModel } from "@pare/ir";
import { type Tensor, windows } from "@pare/tensor";

/** SHA-256 of all that a model computes with: its text and the bytes of its tensors. */
export function modelDigest(model: Model): string {
  const hash = createHash("sha256").update(printModel(model, { maxElements: 0 }));
  const add = (tensor: Tensor) => {
    for (const bytes of windows(tensor.source)) hash.update(bytes);
  };
  for (const graph of allGraphs(model)) {
    for (const { origin } of graph.values) {
      if (origin.kind === "constant") add(origin.tensor);
      if (origin.kind === "input" && origin.initial !== undefined) add(origin.initial);
      if (origin.kind === "sparse-constant")
        for (const part of [origin.tensor.values, origin.tensor.indices]) add(part);
    }
    for (const node of graph.nodes)
      for (const attr of node.attrs.values()) {
        if (attr.kind === "tensor") add(attr.tensor);
        if (attr.kind === "tensors") for (const tensor of attr.tensors) add(tensor);
      }
  }
  return hash.digest("hex");
}
