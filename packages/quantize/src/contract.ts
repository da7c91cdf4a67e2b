/**
 * The types that the parts of quantization share.
 *
 * A model goes through: `place` (what becomes integer on a target, and where the grids lie), calibration (the ranges of
 * what must be observed), `writeQdq` (the graph with QuantizeLinear and DequantizeLinear), `predict` (what a runtime
 * will run of it as integers) and `prove` (what it did run).
 */
import type { Node, Value } from "@pare/ir";
import type { Target } from "./targets/target.ts";

/** Element types of quantized tensors. */
export type QuantType = "int4" | "uint4" | "int8" | "uint8" | "int16" | "uint16";

/** The real numbers that a grid must reach; finite, min ≤ max. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** One affine quantizer: real = scale · (code − zeroPoint), code within [lowest, highest] of the type or narrower. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** How an activation's grid is found. */
export interface ActivationSpec {
  readonly type: QuantType;
  /** Zero point in the middle; signed types use −127 … 127. */
  readonly symmetric: boolean;
}

/** How a weight's grids are found. Weights are symmetric with zero point 0 unless `symmetric` is false. */
export interface WeightSpec {
  readonly type: QuantType;
  readonly symmetric: boolean;
  /** The axis whose elements have a scale each; undefined: one scale for the tensor. */
  readonly axis: number | undefined;
  /** 7: codes stay within ±64, so that pairs of products fit 16 bits (processors without VNNI). Default: all bits. */
  readonly bits?: number;
}

/** A value, or several that must share one grid because operators between them only move bytes. */
export interface ActivationPoint {
  /** Every value that is quantized with this grid, in graph order. */
  readonly values: readonly Value[];
  /** Those of which the range is the union of what is observed; often the first alone. */
  readonly observe: readonly Value[];
  /** A range that is known without looking (Softmax: 0 … 1); observed where undefined. */
  readonly fixed: Range | undefined;
  /** The observed range is cut to it: behind a folded Relu or Clip. */
  readonly limits: Range | undefined;
  readonly spec: ActivationSpec;
}

/** A constant that becomes integer behind a DequantizeLinear. */
export interface WeightPoint {
  readonly value: Value;
  /** The first node that takes it, and where. */
  readonly node: Node;
  readonly slot: number;
  readonly spec: WeightSpec;
}

/** A bias that becomes int32 with scale = scale of the data · scale of the weight (· beta in a Gemm). */
export interface BiasPoint {
  readonly value: Value;
  readonly node: Node;
  readonly slot: number;
  /** The data and weight inputs of `node` whose scales it has. */
  readonly data: Value;
  readonly weight: Value;
  /** The bias is multiplied by this before (a Gemm's beta); default 1. */
  readonly factor: number;
}

export type DecisionKind = "integer" | "moved" | "float";

/** What becomes of one node. */
export interface Decision {
  readonly kind: DecisionKind;
  /** The kernel that will run, as the runtime names it ("QLinearConv"); for float nodes the operator's own name. */
  readonly kernel: string;
  /** Why, in one clause: "constant weight, quantized input" or "Softmax: attention is kept in float". */
  readonly reason: string;
  /**
   * Nodes that can only go back to float together have the same number (an integer node, what moves its bytes, what is
   * folded into it); undefined for float nodes.
   */
  readonly group: number | undefined;
}

/** What becomes of a model on a target; nothing is changed yet. */
export interface Placement {
  readonly target: Target;
  /** Every node of the main graph, in graph order. */
  readonly decisions: ReadonlyMap<Node, Decision>;
  readonly activations: readonly ActivationPoint[];
  readonly weights: readonly WeightPoint[];
  readonly biases: readonly BiasPoint[];
  /** Relu and Clip nodes that the grid behind them makes superfluous: they go when the graph is written. */
  readonly folded: readonly Node[];
  /** The first and the last layers, in graph order, whatever becomes of them. */
  readonly ends: { readonly first: readonly Node[]; readonly last: readonly Node[] };
}

export interface PlacementOptions {
  /** Nodes that stay float whatever the target can do: the user's `except`, groups that were put back. */
  readonly keepFloat?: (node: Node) => string | undefined;
  /** Default: the target's. */
  readonly activation?: Partial<ActivationSpec>;
  readonly weight?: Partial<Omit<WeightSpec, "axis">> & { readonly granularity?: "channel" | "tensor" };
  /** Patterns that are known to lose accuracy stay float (default), each with its name in the reason. */
  readonly protect?: boolean;
  /** The first and the last layers; default "integer". */
  readonly ends?: "integer" | "float";
}

/** What a runtime will do with one node of a written graph. */
export interface NodePrediction {
  readonly node: Node;
  readonly kind: DecisionKind;
  readonly kernel: string;
  readonly reason: string;
  /** Multiply-accumulates of one run; 0 where there are none, undefined where sizes are unknown. */
  readonly macs: number | undefined;
}

export interface Prediction {
  readonly target: string;
  readonly nodes: readonly NodePrediction[];
  /** Multiply-accumulates in integer kernels ÷ all of them; undefined where sizes are unknown or there are none. */
  readonly integerShare: number | undefined;
}
