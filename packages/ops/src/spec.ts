import type { Dim, Node, OpName, Value, ValueType } from "@pare/ir";
import type { Tensor } from "@pare/tensor";
import type { GradientRefusal, GradientRule } from "./gradient/rule.ts";

/** What an input is to its operator. `weight`: holds learned parameters that are multiplied; `param`: sizes, axes, scales. */
export type Role = "data" | "weight" | "bias" | "param";

/** How one axis of an input relates to an axis of an output (or of another input). Serves pruning and quantization. */
export interface AxisLink {
  readonly from: { readonly input: number; readonly axis: number };
  readonly to: { readonly output: number; readonly axis: number } | { readonly input: number; readonly axis: number };
  /** `keeps`: element i stays element i (through `map`); `mixes`: all are summed; `opaque`: unknown, do not cut. */
  readonly kind: "keeps" | "mixes" | "opaque";
  readonly map: AxisMap;
}

/**
 * Where element i of the input's axis is on the other axis. `offset`: at i + by (Concat). `repeat`: it becomes the `times`
 * neighbours from i·times (Flatten of [N,C,H,W]: C to the last axis, times H·W). `blocks`: the other axis is made of
 * blocks of `size`, and element i is at place i of each ([N,H,C] reshaped to [N,H·C]: size C). Where the input's axis is
 * the longer one (a Reshape that splits an axis) the map is to be read from the other end.
 */
export type AxisMap =
  | { readonly kind: "same" }
  | { readonly kind: "offset"; readonly by: number }
  | { readonly kind: "repeat"; readonly times: number }
  | { readonly kind: "blocks"; readonly size: number };

/**
 * The elements of a small integer (or float) tensor as far as they are known before running: shape arithmetic.
 * `elements` is flat, row-major; an element is a number, a symbolic expression, or undefined. 64-bit integers beyond
 * ±(2^53 − 1) are that number ("to the end" in a Slice): before elements become a constant again, ask `exactNumbers`.
 */
export interface KnownInts {
  readonly shape: readonly number[];
  readonly elements: readonly Dim[];
}

/** What a rule may ask about the node it is given. */
export interface InferContext {
  readonly node: Node;
  /** The version of the node's operator set. */
  readonly opset: number;
  /** The type of input `i`; undefined where it is absent or nothing is known. */
  type(i: number): ValueType | undefined;
  /** The shape of input `i`, where it is a tensor of known rank. */
  shape(i: number): readonly Dim[] | undefined;
  /** The constant behind input `i` (initializer, or the output of a Constant node). */
  constant(i: number): Tensor | undefined;
  /** The elements of a small tensor input as far as known: from a constant, or from propagated shape arithmetic. */
  ints(i: number): KnownInts | undefined;
  /** Infers a subgraph whose inputs have these types; gives the types of its outputs. For If, Loop, Scan. */
  body(attribute: string, inputs: readonly (ValueType | undefined)[]): readonly (ValueType | undefined)[];
  /** Multiply-accumulates of one run of a subgraph, as it was inferred last. */
  bodyMacs(attribute: string): number | undefined;
  /** The elements of any value that is visible, a subgraph's output for one, as far as known. */
  known(value: Value): KnownInts | undefined;
  /** A size that nothing is known of yet, with a name of its own: equal only to itself. */
  fresh(): Dim;
}

/** What an operator is, said once. Functions of the node: a Gemm's axes depend on transA. */
export interface OpSpec {
  readonly op: OpName;
  /** Roles by input slot; the last repeats for variadic inputs. Default: all "data". */
  readonly roles?: (node: Node) => readonly Role[];
  /** Default: none known. `rank` gives the rank of an input where it is known. */
  readonly axes?: (node: Node, shape: (value: Value) => readonly Dim[] | undefined) => readonly AxisLink[];
  /** One type per output; undefined where nothing can be said. Must be right or silent, and never throws on a legal node. */
  readonly infer: (context: InferContext) => readonly (ValueType | undefined)[];
  /** Known elements of the outputs, for shape arithmetic. Only for tensors of at most 1024 elements. */
  readonly propagate?: (context: InferContext) => readonly (KnownInts | undefined)[];
  /** Multiply-accumulates for one run; undefined where sizes are unknown. Default 0: no multiply-add of note. */
  readonly macs?: (context: InferContext, outputs: readonly (ValueType | undefined)[]) => number | undefined;
  /** Sign, Round, ArgMax, TopK, QuantizeLinear …: a rounding change upstream may become a step. Ask `isDiscontinuous`. */
  readonly discontinuous?: boolean | ((node: Node) => boolean);
  /** RandomNormal, Dropout in training: same inputs, other outputs. Never folded, never merged. Ask `isNondeterministic`. */
  readonly nondeterministic?: boolean | ((node: Node) => boolean);
  /**
   * The backward pass. "none": the output does not change with small changes of the inputs (comparisons, shapes, indices,
   * rounding), so that nothing flows. Absent, or with a reason: cannot be differentiated.
   */
  readonly gradient?: GradientRule | GradientRefusal | "none";
}
