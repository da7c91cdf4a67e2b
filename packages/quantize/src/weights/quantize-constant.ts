import type { Grids } from "@pare/kernels";
import { elementCount, makeTensor, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { quantizeNumber, quantTypes } from "../affine.ts";
import type { WeightSpec } from "../contract.ts";
import { codedBytes } from "./coded-source.ts";
import { checkFloats } from "./floats.ts";
import { gridsOf, widenGrids } from "./grids.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { leastError } from "./least-error.ts";
import { errorsOf, rangesOf } from "./scan.ts";

export interface QuantizedConstant {
  /** Of the spec's type, in the shape of the weight. Of large weights in files: computed when read. */
  readonly codes: Tensor;
  /** float32; [] for one scale, [n] for an axis of n elements, for blocks the weight's shape with a shorter axis. */
  readonly scales: Tensor;
  /** Of the codes' type, in the shape of `scales`. */
  readonly zeroPoints: Tensor;
  /** What rounding and clipping lose. */
  error(): WeightError;
}

export interface WeightError {
  /** max |w − ŵ|. */
  readonly largest: number;
  /** Σ (w − ŵ)². */
  readonly squared: number;
}

export interface QuantizeConstantOptions {
  /** A scale is at least this, one for each channel: so that a bias that is stored in steps of it fits into int32. */
  readonly leastScales?: readonly number[] | undefined;
  /** So many neighbours along `spec.axis` share a scale; default: no blocks. */
  readonly block?: number | undefined;
  /** Symmetric only: see `GridSpec`. Scales may be negative then. */
  readonly fullRange?: boolean | undefined;
  /** `mse`: each grid is narrowed to where its squared error is least. Default "none". */
  readonly clip?: "none" | "mse" | undefined;
}

/**
 * The codes of a constant weight, round to nearest. The weight may be larger than memory.
 * @throws QUANTIZE_WEIGHT where it is no float tensor or has no such axis, QUANTIZE_NOT_FINITE
 */
export function quantizeConstant(
  tensor: Tensor,
  spec: WeightSpec,
  { leastScales, block, fullRange, clip = "none" }: QuantizeConstantOptions = {},
): QuantizedConstant {
  checkFloats(tensor);
  const layout = layoutOf(tensor.shape, { axis: spec.axis, block });
  const ranges = rangesOf(tensor, layout);
  const gridSpec = { ...spec, fullRange };
  const candidate = (shrink: number) => gridsOf(ranges, gridSpec, shrink);
  const chosen = clip === "mse" ? leastError(candidate, (each) => errorsOf(tensor, layout, each)) : candidate(1);
  const grids = leastScales === undefined ? chosen : widenGrids(chosen, ranges, gridSpec, leastScales);
  return {
    codes: codesTensor(tensor, spec, layout, grids),
    scales: tensorOf("float32", layout.gridShape, grids.scales),
    zeroPoints: tensorOf(spec.type, layout.gridShape, grids.zeroPoints),
    error: () => sumErrors(tensor, layout, grids),
  };
}

function codesTensor(tensor: Tensor, { type }: WeightSpec, layout: Layout, grids: Grids): Tensor {
  const { bits } = quantTypes[type];
  if (bits !== 16) return makeTensor(type, tensor.shape, codedBytes(tensor, layout, grids, bits));
  return tensorOf(type, tensor.shape, wideCodes(tensor, layout, grids));
}

/** Codes of 16 bits, one by one: weights of these are rare. */
function wideCodes(tensor: Tensor, { kind, length, gridOf }: Layout, grids: Grids): Float64Array {
  return numbers(tensor).map((x, i) => {
    const grid = gridOf(Math.floor(i / length)) + (kind === "column" ? i % length : 0);
    const affine = { scale: grids.scales[grid]!, zeroPoint: grids.zeroPoints[grid]! };
    return quantizeNumber(x, affine, grids);
  });
}

function sumErrors(tensor: Tensor, layout: Layout, grids: Grids): WeightError {
  if (elementCount(tensor.shape) === 0) return { largest: 0, squared: 0 };
  const { largest, squared } = errorsOf(tensor, layout, grids);
  return {
    largest: largest.reduce((a, b) => Math.max(a, b), 0),
    squared: squared.reduce((a, b) => a + b, 0),
  };
}
