import { createGraphBuilder } from "./builder.ts";
import { createModel } from "./model.ts";
import type { Attr, Attrs, Graph, GraphBuilder, Model } from "./types.ts";

/** A copy that can be changed on its own. Tensors are shared: they are read-only. */
export function cloneModel(model: Model): Model {
  return createModel({
    ...model,
    opsets: model.opsets,
    functions: model.functions.map((fn) => ({ ...fn, body: cloneGraph(fn.body, createGraphBuilder) })),
    graph: cloneGraph(model.graph, createGraphBuilder),
    metadata: model.metadata,
    formatVersion: model.formatVersion,
  });
}

function cloneGraph(graph: Graph, begin: (name: string, carried: unknown) => GraphBuilder): Graph {
  const builder = begin(graph.name, graph.carried);
  for (const { name, type, carried, origin } of graph.inputs)
    builder.input({ name, type, carried, initial: origin.kind === "input" ? origin.initial : undefined });
  for (const { name, type, carried, origin } of graph.values) {
    if (origin.kind === "constant") builder.constant({ name, type, carried, tensor: origin.tensor });
    else if (origin.kind === "sparse-constant") builder.sparseConstant({ name, carried, tensor: origin.tensor });
    else if (origin.kind === "output") builder.declare(name, type, carried);
  }
  for (const node of graph.nodes) {
    const { domain, type, overload, name, carried } = node;
    const inputs = node.inputs.map((value) => value?.name ?? "");
    const outputs = node.outputs.map((value) => value.name);
    const attrs = cloneAttrs(node.attrs, builder);
    builder.node({ domain, type, overload, name, inputs, outputs, attrs, carried });
  }
  return builder.finish(graph.outputs.map(({ name, type, carried }) => ({ name, type, carried })));
}

function cloneAttrs(attrs: Attrs, builder: GraphBuilder): Attrs {
  const copy = (graph: Graph) => cloneGraph(graph, (name, carried) => builder.subgraph(name, carried));
  const entries = [...attrs].map(([name, attr]): [string, Attr] => {
    if (attr.kind === "graph") return [name, { kind: "graph", graph: copy(attr.graph) }];
    if (attr.kind === "graphs") return [name, { kind: "graphs", graphs: attr.graphs.map(copy) }];
    return [name, attr];
  });
  return new Map(entries);
}
