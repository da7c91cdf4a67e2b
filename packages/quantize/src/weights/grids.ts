import type { Grids, Ranges } from "@pare/kernels";
import { affineOf, codeRange } from "../affine.ts";
import type { QuantType } from "../contract.ts";

export interface GridSpec {
  readonly type: QuantType;
  readonly symmetric: boolean;
  readonly bits?: number | undefined;
  /**
   * Symmetric only. The number of largest magnitude becomes the lowest code exactly, by a scale that may be negative:
   * all codes are used, at most one end is clipped, by less than a step. So do ONNX Runtime's block weights.
   */
  readonly fullRange?: boolean | undefined;
}

const smallestNormal = 2 ** -126;

/** The grids for these ranges: each is that of `affineOf`. `shrink` makes ranges narrower by a factor; default 1. */
export function gridsOf({ min, max }: Ranges, spec: GridSpec, shrink = 1): Grids {
  const { length } = min;
  const scales = new Float32Array(length);
  const zeroPoints = new Int32Array(length);
  if (spec.symmetric && spec.fullRange) {
    const { lowest, highest } = codeRange(spec.type, { symmetric: false, bits: spec.bits });
    const middle = (lowest + highest + 1) / 2;
    for (let i = 0; i < length; i++) scales[i] = fullRangeScale(min[i]! * shrink, max[i]! * shrink, middle - lowest);
    return { scales, zeroPoints: zeroPoints.fill(middle), lowest, highest };
  }
  const { lowest, highest } = codeRange(spec.type, spec);
  for (let i = 0; i < length; i++) {
    const range = { min: Math.min(min[i]!, 0) * shrink, max: Math.max(max[i]!, 0) * shrink };
    const { scale, zeroPoint } = affineOf(range, spec.type, spec);
    scales[i] = scale;
    zeroPoints[i] = zeroPoint;
  }
  return { scales, zeroPoints, lowest, highest };
}

function fullRangeScale(min: number, max: number, steps: number): number {
  const scale = -(max > -min ? max : min) / steps;
  return Math.abs(scale) >= smallestNormal ? scale : 1;
}

/** The same grids with scales of at least these; asymmetric ones move their zero point so that they reach the minimum. */
export function widenGrids(grids: Grids, { min }: Ranges, spec: GridSpec, leastScales: ArrayLike<number>): Grids {
  const scales = Float32Array.from(grids.scales, (scale, i) => Math.max(scale, leastScales[i] ?? 0));
  const { lowest, highest } = grids;
  const zeroPoints = grids.zeroPoints.map((zero, i) => {
    if (spec.symmetric || scales[i] === grids.scales[i]) return zero;
    return Math.min(Math.max(lowest + Math.round(-Math.min(min[i]!, 0) / scales[i]!), lowest), highest);
  });
  return { scales, zeroPoints, lowest, highest };
}
