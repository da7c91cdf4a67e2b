import type { Attr, Node, Value } from "@pare/ir";
import type { DType, Tensor } from "@pare/tensor";
import type { KnownInts } from "../spec.ts";

/**
 * Which operators a backward pass is made of. `portable`: what every execution provider has. `cpu`: what is fastest in
 * ONNX Runtime's CPU provider (copies by products with 0/1 matrices, normalization in training mode).
 */
export type Formulation = "portable" | "cpu";

/**
 * How the gradient of an operator's inputs follows from the gradient of its outputs, as ordinary ONNX nodes.
 * Gives one value for each input slot: ∂loss/∂input, with the input's shape; undefined where none is needed
 * (`context.needs`) or where it is zero everywhere. A rule that takes a node and its producer as one function gives the
 * gradients of that function's inputs instead, by value (`context.wants`).
 */
export type GradientRule = (context: GradientContext) => readonly (Value | undefined)[] | ReadonlyMap<Value, Value>;

/** Why an operator cannot be differentiated, where more can be said than that there is no rule. */
export interface GradientRefusal {
  readonly refused: string;
}

export interface GradientContext {
  /** A node of the forward pass. */
  readonly node: Node;
  /** The version of the node's operator set. */
  readonly opset: number;
  readonly formulation: Formulation;
  readonly make: NodeMaker;
  /** ∂loss/∂output by slot; undefined where the loss does not depend on it. At least one is there. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether the gradient of input `slot` is wanted. */
  needs(slot: number): boolean;
  /** The same for any value of the forward pass. */
  wants(value: Value): boolean;
  /** The sizes of a value of the forward pass: all are numbers in a step graph. */
  shape(value: Value): readonly number[];
  /** The sizes of input `slot`, which must be there. */
  inputShape(slot: number): readonly number[];
  /** The sizes of output `slot`. */
  outputShape(slot: number): readonly number[];
  /** The element type of input `slot`, where it is known. */
  inputDType(slot: number): DType | undefined;
  /** The constant behind input `slot`: a frozen weight, sizes, axes. */
  constant(slot: number): Tensor | undefined;
  /** The elements of a small input, from a constant or from shape arithmetic, as far as they are known. */
  ints(slot: number): KnownInts | undefined;
  /** The error for a node that cannot be differentiated as it is: `reason` says why, after a colon. */
  refused(reason: string): Error;
}

type Inputs = readonly (Value | undefined)[];

/** Makes nodes behind those that are there. */
export interface NodeMaker {
  /**
   * A node of the default domain ("Mul"), or with a domain ("com.microsoft.FusedMatMul"); gives its first output.
   * @param attrs made by `attr` of @pare/ir; undefined ones are left out
   */
  op(type: string, inputs: Inputs, attrs?: Readonly<Record<string, Attr | undefined>>): Value;
  /** The same for nodes with several outputs. */
  ops(
    type: string,
    inputs: Inputs,
    outputs: number,
    attrs?: Readonly<Record<string, Attr | undefined>>,
  ): readonly Value[];
  /** A float32 constant; equal ones are made once. Default shape: one axis. */
  floats(values: ArrayLike<number>, shape?: readonly number[]): Value;
  /** A float32 scalar. */
  scalar(value: number): Value;
  /** An int64 constant of one axis: axes, sizes. */
  ints(values: readonly number[]): Value;
}
