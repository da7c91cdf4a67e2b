import { createGraphBuilder } from "./builder.ts";
import type { GraphState } from "./state.ts";
import type { Graph, Model, ModelChange, ModelFunction } from "./types.ts";

export interface ModelSpec {
  readonly graph: Graph;
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions?: readonly ModelFunction[];
  readonly metadata?: ReadonlyMap<string, string>;
  readonly format?: "onnx" | "tfjs";
  /** Default 8. */
  readonly formatVersion?: number;
  readonly producer?: { readonly name: string; readonly version: string };
  readonly carried?: unknown;
}

export function createModel(spec: ModelSpec): Model {
  return new ModelState(spec);
}

/** A model whose main graph is empty, to be filled through `graph.edit`. */
export function emptyModel(opset: number, name = "graph"): Model {
  return createModel({ graph: createGraphBuilder(name).finish([]), opsets: new Map([["onnx", opset]]) });
}

class ModelState implements Model {
  readonly graph: Graph;
  readonly format: "onnx" | "tfjs";
  readonly producer: { readonly name: string; readonly version: string };
  readonly carried: unknown;
  opsets: ReadonlyMap<string, number>;
  functions: readonly ModelFunction[];
  metadata: ReadonlyMap<string, string>;
  formatVersion: number;

  constructor(spec: ModelSpec) {
    this.graph = spec.graph;
    this.format = spec.format ?? "onnx";
    this.producer = spec.producer ?? { name: "", version: "" };
    this.carried = spec.carried;
    this.opsets = spec.opsets;
    this.functions = spec.functions ?? [];
    this.metadata = spec.metadata ?? new Map();
    this.formatVersion = spec.formatVersion ?? 8;
  }

  update(label: string, change: ModelChange): void {
    const { history } = (this.graph as GraphState).scope;
    const { opsets, functions, metadata, formatVersion } = this;
    history.run(label, () => {
      history.record(() => Object.assign(this, { opsets, functions, metadata, formatVersion }));
      Object.assign(this, change);
    });
  }
}
