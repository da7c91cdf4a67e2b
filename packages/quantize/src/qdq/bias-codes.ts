import { numbers } from "@pare/tensor";
import type { BiasPoint, WeightPoint } from "../contract.ts";
import type { Writing } from "./write.ts";

/** The codes of a bias stay below 2^31; a little room is left for the rounding of scales to float32. */
const room = 1.0001;
const codes = 2 ** 32 - 2;

/**
 * The least scale of each channel of a weight with which every bias behind it fits into int32: scale of the data ·
 * scale of the weight ≥ 1.0001 · 2·|b| ÷ (2³² − 2), ONNX Runtime's rule. Undefined where no bias is there.
 */
export function scalesForBiases(writing: Writing, point: WeightPoint): readonly number[] | undefined {
  const own = writing.placement.biases.filter(
    ({ weight, node }) => weight === point.value && isOf(writing, point, node),
  );
  if (own.length === 0) return undefined;
  return own
    .map((bias) => leastScales(writing, bias, point))
    .reduce((a, b) => b.map((least, i) => Math.max(least, a[i]!)));
}

function isOf({ placement }: Writing, point: WeightPoint, node: BiasPoint["node"]): boolean {
  return weightPointOf(placement.weights, point.value, node) === point;
}

/** The point that made what `node` reads of a constant. */
export function weightPointOf(
  points: readonly WeightPoint[],
  value: WeightPoint["value"],
  node: BiasPoint["node"],
): WeightPoint | undefined {
  const same = points.filter((point) => point.value === value);
  return same.find((point) => point.node === node) ?? same[0];
}

function leastScales(writing: Writing, bias: BiasPoint, { spec }: WeightPoint): readonly number[] {
  const { origin } = bias.value;
  const data = dataScale(writing, bias);
  if (origin.kind !== "constant" || data === undefined) return [0];
  const least = [...numbers(origin.tensor)].map((b) => (room * 2 * Math.abs(b * bias.factor)) / codes / data);
  return spec.axis === undefined ? [Math.max(0, ...least)] : least;
}

export function dataScale({ grids, current }: Writing, { data }: BiasPoint): number | undefined {
  return grids.get(current(data))?.affine.scale;
}
