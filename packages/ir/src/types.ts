import type { DType, Tensor } from "@pare/tensor";

/**
 * The size of one axis: a number; a symbolic expression in canonical form ("batch", "4*height", see `@pare/ops` dims);
 * undefined where nothing is known.
 */
export type Dim = number | string | undefined;

export type ValueType =
  | { readonly kind: "tensor"; readonly dtype: DType | undefined; readonly shape: readonly Dim[] | undefined }
  | { readonly kind: "sparse-tensor"; readonly dtype: DType | undefined; readonly shape: readonly Dim[] | undefined }
  | { readonly kind: "sequence"; readonly element: ValueType | undefined }
  | { readonly kind: "optional"; readonly element: ValueType | undefined }
  | { readonly kind: "map"; readonly key: DType | undefined; readonly value: ValueType | undefined }
  | { readonly kind: "opaque"; readonly domain: string; readonly name: string };

export interface SparseTensor {
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly shape: readonly number[];
}

/** Attribute values. Integers are 64-bit and strings are bytes, as in files; `attributes.ts` reads and makes them. */
export type Attr =
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "ints"; readonly values: readonly bigint[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly values: readonly number[] }
  | { readonly kind: "string"; readonly value: Uint8Array }
  | { readonly kind: "strings"; readonly values: readonly Uint8Array[] }
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "tensors"; readonly tensors: readonly Tensor[] }
  | { readonly kind: "sparse-tensor"; readonly tensor: SparseTensor }
  | { readonly kind: "sparse-tensors"; readonly tensors: readonly SparseTensor[] }
  | { readonly kind: "graph"; readonly graph: Graph }
  | { readonly kind: "graphs"; readonly graphs: readonly Graph[] }
  | { readonly kind: "type"; readonly type: ValueType }
  | { readonly kind: "types"; readonly types: readonly ValueType[] }
  /** Inside a function body: the value of the function's own attribute `name`, whose kind is `of`. */
  | { readonly kind: "reference"; readonly name: string; readonly of: AttrKind };

export type AttrKind = Exclude<Attr["kind"], "reference">;
export type Attrs = ReadonlyMap<string, Attr>;

/** "onnx.Conv", "com.microsoft.MatMulNBits": the domain, a dot, the operator's type. The default domain is "onnx". */
export type OpName = string;

export type Use =
  | { readonly kind: "input"; readonly node: Node; readonly slot: number }
  | { readonly kind: "output"; readonly graph: Graph; readonly slot: number };

export type Origin =
  /** A graph input. `initial`: the value that it has where the caller gives none. */
  | { readonly kind: "input"; readonly initial: Tensor | undefined }
  | { readonly kind: "constant"; readonly tensor: Tensor }
  | { readonly kind: "sparse-constant"; readonly tensor: SparseTensor }
  | { readonly kind: "output"; readonly node: Node; readonly slot: number };

export interface Value {
  /** Unique among the values visible from where it is; "" for an output that the node leaves out. */
  readonly name: string;
  /** As declared (graph inputs and outputs, value_info); inference gives more: see `@pare/ops`. */
  readonly type: ValueType | undefined;
  readonly origin: Origin;
  /** The graph that owns it: the value is visible there and in the subgraphs below. */
  readonly graph: Graph;
  /** Every use, in subgraphs too. In the order in which uses were made. */
  readonly uses: ReadonlySet<Use>;
  /** What the format that read it needs to write it back unchanged; opaque to everything else. */
  readonly carried: unknown;
}

export interface Node {
  /** May be "" and need not be unique: files are like that. */
  readonly name: string;
  readonly op: OpName;
  readonly domain: string;
  readonly type: string;
  readonly overload: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attrs: Attrs;
  readonly graph: Graph;
  /** The label of the edit that made it or changed it last; undefined: as it came with the file. */
  readonly madeBy: string | undefined;
  readonly carried: unknown;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In topological order, stable across runs. Editing while iterating is allowed: removed nodes are not visited. */
  readonly nodes: Iterable<Node>;
  readonly nodeCount: number;
  /** The values that this graph itself owns: inputs, constants and node outputs. */
  readonly values: Iterable<Value>;
  /** The node whose attribute this graph is; undefined for a main graph or a function's body. */
  readonly parent: Node | undefined;
  readonly carried: unknown;
  /** A value visible here: the graph's own, else one of the graphs around it. */
  value(name: string): Value | undefined;
  /** The only way to change a graph or its subgraphs: all of `change` applies and verifies, or none of it. */
  edit<T>(label: string, change: (edit: Edit) => T): T;
  /** A point to go back to. Savepoints nest: roll back or release the latest first. */
  savepoint(): Savepoint;
}

export interface Savepoint {
  /** Undoes every edit since. */
  rollback(): void;
  /** Keeps them. */
  release(): void;
  /** Labels of the edits since, in order. */
  readonly labels: readonly string[];
}

export interface NodeSpec {
  readonly attrs?: Attrs;
  /** How many outputs (default 1), or their names; "" leaves one out. Names that are taken get a suffix. */
  readonly outputs?: number | readonly string[];
  readonly name?: string;
  readonly overload?: string;
  /** Where: directly before this node. Default: after the last producer of its inputs. */
  readonly before?: Node;
  /** The graph it goes into; default: the one being edited. */
  readonly graph?: Graph;
}

export interface Edit {
  /** Adds a constant under `name`, or under a free name made from it. */
  constant(name: string, tensor: Tensor, graph?: Graph): Value;
  node(op: OpName, inputs: readonly (Value | undefined)[], spec?: NodeSpec): Node;
  rewire(use: Use, to: Value): void;
  /** Replaces all inputs of a node at once; their number may change. */
  setInputs(node: Node, inputs: readonly (Value | undefined)[]): void;
  setAttrs(node: Node, attrs: Attrs): void;
  /** Another operator in the same place: same inputs, outputs and attributes. */
  setOp(node: Node, op: OpName): void;
  /** Drops outputs that nothing uses from the end, or adds new ones: `count` in all. */
  setOutputCount(node: Node, count: number): void;
  /**
   * Moves uses of `of` to `by`. Where `of` is an output of the main graph its name goes with it, because callers know
   * it: `by` takes the name. Where that is impossible (see `isReplaceable`) the edit fails.
   */
  replaceUses(of: Value, by: Value, where?: (use: Use) => boolean): void;
  retype(value: Value, type: ValueType | undefined): void;
  rename(value: Value, name: string): void;
  /** Replaces the data of a constant; dtype and shape may change. */
  setConstant(value: Value, tensor: Tensor): void;
  /** Removes a node. Refuses while an output is still used. */
  remove(node: Node): void;
  /** Removes a constant. Refuses while it is used. */
  removeConstant(value: Value): void;
  /** Makes a graph input that has an initial value a constant: callers can no longer override it. */
  freezeInput(value: Value): void;
  /** Adds an input at the end. */
  input(name: string, type: ValueType, graph?: Graph): Value;
  removeInput(value: Value): void;
  /** Makes a value an output of its graph, after the others. */
  output(value: Value): void;
  /** Moves a node into the graph, in front of `before` (inlining a subgraph or a function). */
  move(node: Node, before: Node): void;
  /** Moves a constant to another graph of the same tree: from a subgraph to a graph around it. */
  moveConstant(value: Value, graph: Graph): void;
  /** An empty graph that will be an attribute of a node of this graph or of one of its subgraphs. */
  subgraph(name: string): Graph;
}

export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  /** Names of attributes without a default. */
  readonly attributes: readonly string[];
  readonly defaults: Attrs;
  readonly body: Graph;
  readonly opsets: ReadonlyMap<string, number>;
  readonly carried: unknown;
}

export interface Model {
  readonly graph: Graph;
  /** Domain → version; the default domain is "onnx". */
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions: readonly ModelFunction[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly format: "onnx" | "tfjs";
  /** The file format's own version: the ONNX IR version. */
  readonly formatVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly carried: unknown;
  /** The door for what is not in a graph. Undone together with the graph's edits by a savepoint of `graph`. */
  update(label: string, change: ModelChange): void;
}

export interface ModelChange {
  readonly opsets?: ReadonlyMap<string, number>;
  readonly functions?: readonly ModelFunction[];
  readonly metadata?: ReadonlyMap<string, string>;
  readonly formatVersion?: number;
}

/**
 * Builds a graph from names, in any order: how formats and the text form make graphs. Names are resolved in the graph
 * itself, then in the graphs around it; a name may be used before the node that defines it was added.
 * @throws GRAPH_NAME_TWICE, GRAPH_UNDEFINED, GRAPH_CYCLE (from `finish` of the outermost builder at the latest)
 */
export interface GraphBuilder {
  input(spec: { name: string; type?: ValueType | undefined; initial?: Tensor | undefined; carried?: unknown }): Value;
  constant(spec: { name: string; tensor: Tensor; type?: ValueType | undefined; carried?: unknown }): Value;
  sparseConstant(spec: { name: string; tensor: SparseTensor; carried?: unknown }): Value;
  node(spec: {
    domain: string;
    type: string;
    overload?: string;
    name?: string;
    /** "" leaves one out. */
    inputs: readonly string[];
    outputs: readonly string[];
    attrs?: Attrs;
    carried?: unknown;
  }): Node;
  /** The declared type of a node's output (ONNX value_info), before or after the node is added. */
  declare(name: string, type: ValueType | undefined, carried?: unknown): void;
  /** A builder for a graph that will be an attribute of a node of this one. */
  subgraph(name: string, carried?: unknown): GraphBuilder;
  finish(outputs: readonly { name: string; type?: ValueType | undefined; carried?: unknown }[]): Graph;
}
