import { confidence, type Interval, interval } from "./interval.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** Step of the numeric derivatives, a share of all probability. */
const step = 1e-3;

/**
 * The BCa interval without any resamples: ABC, "approximate bootstrap confidence" (DiCiccio and Efron, "More accurate
 * confidence intervals in exponential families", Biometrika 1992; Efron and Tibshirani, 1993, section 22.6). Bias,
 * acceleration and curvature come from derivatives of the statistic by the probabilities of the samples; it is as accurate
 * as BCa, to the second order, and takes one sweep.
 *
 * Of Σ pᵢ · topᵢ ÷ Σ pᵢ · bottomᵢ sent through `then`, with probabilities p of the samples; a bottom that is not given is
 * 1 for every sample. Undefined where that is no finite number.
 */
export function abcInterval(
  top: ArrayLike<number>,
  bottom: ArrayLike<number> | undefined,
  then: (ratio: number) => number,
): Interval | undefined {
  const samples = top.length;
  const bottomAt = (i: number) => bottom?.[i] ?? 1;
  let [topMean, bottomMean] = [0, 0];
  for (let i = 0; i < samples; i++) {
    topMean += top[i]! / samples;
    bottomMean += bottomAt(i) / samples;
  }
  const value = then(topMean / bottomMean);
  if (!Number.isFinite(value)) return undefined;
  /** With so much more of the probability at one sample, and so much less everywhere. */
  const towards = (i: number, share: number) =>
    then(((1 - share) * topMean + share * top[i]!) / ((1 - share) * bottomMean + share * bottomAt(i)));
  const influence = new Float64Array(samples);
  let [curvature, squares, cubes] = [0, 0, 0];
  for (let i = 0; i < samples; i++) {
    const [more, less] = [towards(i, step), towards(i, -step)];
    const slope = (more - less) / (2 * step);
    influence[i] = slope;
    curvature += (more - 2 * value + less) / step ** 2;
    squares += slope ** 2;
    cubes += slope ** 3;
  }
  if (!(squares > 0)) return squares === 0 ? interval(value, value) : undefined;
  const deviation = Math.sqrt(squares) / samples;
  const acceleration = cubes / (6 * squares ** 1.5);
  const bias = curvature / (2 * samples ** 2);
  // Along the influences, by which the statistic changes fastest.
  let [topSlope, bottomSlope] = [0, 0];
  for (let i = 0; i < samples; i++) {
    topSlope += (influence[i]! * top[i]!) / (samples ** 2 * deviation);
    bottomSlope += (influence[i]! * bottomAt(i)) / (samples ** 2 * deviation);
  }
  const along = (length: number) => then((topMean + length * topSlope) / (bottomMean + length * bottomSlope));
  const bend = (along(step) - 2 * value + along(-step)) / (2 * deviation * step ** 2);
  const shift = normalQuantile(2 * normalCdf(acceleration) * normalCdf(bend - bias / deviation));
  const at = (share: number) => {
    const moved = shift + normalQuantile(share);
    return along(moved / (1 - acceleration * moved) ** 2);
  };
  const tail = (1 - confidence) / 2;
  const [low, high] = [at(tail), at(1 - tail)];
  return Number.isFinite(low) && Number.isFinite(high) ? interval(Math.min(low, high), Math.max(low, high)) : undefined;
}
