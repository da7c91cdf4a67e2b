import { allGraphs, countNodes, type Dim, type Model } from "@pare/ir";
import { type Inference, inferTypes, shapeOf } from "@pare/ops";
import { elementCount, type Tensor } from "@pare/tensor";

/** What a model weighs; its weights are not read. */
export interface ModelWeight {
  /** Over the main graph, subgraphs and functions. */
  readonly nodes: number;
  /** Elements of all weights: initializers, initial values of inputs, Constant nodes and other tensor attributes. */
  readonly parameters: number;
  readonly weightBytes: number;
  /** Multiply-accumulates of one run, on one sample where the batch is free; null where another size is unknown. */
  readonly macs: number | null;
}

export function weighModel(model: Model, inference: Inference = inferTypes(model)): ModelWeight {
  let parameters = 0;
  let weightBytes = 0;
  for (const tensor of weightsOf(model)) {
    parameters += elementCount(tensor.shape);
    weightBytes += tensor.source.size;
  }
  return { nodes: countNodes(model), parameters, weightBytes, macs: totalMacs(model, inference) };
}

/** Every stored tensor, once for each place where it is stored. */
export function* weightsOf(model: Model): Generator<Tensor> {
  for (const graph of allGraphs(model)) {
    for (const { origin } of graph.values) {
      if (origin.kind === "constant") yield origin.tensor;
      if (origin.kind === "sparse-constant") yield* [origin.tensor.values, origin.tensor.indices];
      if (origin.kind === "input" && origin.initial !== undefined) yield origin.initial;
    }
    for (const node of graph.nodes)
      for (const attr of node.attrs.values()) {
        if (attr.kind === "tensor") yield attr.tensor;
        if (attr.kind === "tensors") yield* attr.tensors;
        if (attr.kind === "sparse-tensor") yield* [attr.tensor.values, attr.tensor.indices];
        if (attr.kind === "sparse-tensors") for (const { values, indices } of attr.tensors) yield* [values, indices];
      }
  }
}

function totalMacs(model: Model, inference: Inference): number | null {
  return sumOfMacs(model, inference) ?? sumOfMacs(model, withBatchOne(model, inference));
}

function withBatchOne(model: Model, inference: Inference): Inference {
  const shapes = model.graph.inputs.flatMap((input): [string, readonly Dim[]][] => {
    const [first, ...rest] = shapeOf(inference.type(input)) ?? [0];
    return typeof first === "number" ? [] : [[input.name, [1, ...rest]]];
  });
  return shapes.length === 0 ? inference : inferTypes(model, { inputShapes: new Map(shapes) });
}

function sumOfMacs(model: Model, inference: Inference): number | null {
  let total = 0;
  for (const node of model.graph.nodes) {
    const macs = inference.macs(node);
    if (macs === undefined) return null;
    total += macs;
  }
  return total;
}
