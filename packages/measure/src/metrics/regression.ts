import { meanOf, type Statistic, totalOf, type Weights, weightedSum } from "../stats/statistic.ts";
import { type MetricKind, single } from "./kind.ts";

/** What a regression made of each sample: `width` values each, row by row. */
export interface ValueOutcomes {
  readonly kind: "values";
  readonly width: number;
  readonly targets: Float64Array;
  readonly predictions: Float64Array;
}

/** Every metric of a regression. Of several values a sample, errors are means over all, R² the mean of theirs. */
export const valueMetrics: readonly MetricKind<ValueOutcomes>[] = [
  single({
    name: "mae",
    summary: "Mean absolute error",
    unit: "plain",
    better: "lower",
    statistic: (outcomes) => meanOf(errorsBySample(outcomes, Math.abs)),
  }),
  single({
    name: "rmse",
    summary: "Root of the mean squared error",
    unit: "plain",
    better: "lower",
    statistic: (outcomes) => meanOf(errorsBySample(outcomes, square), Math.sqrt),
  }),
  single({
    name: "r2",
    summary: "R²: 1 − squared error ÷ squared distance from the mean",
    unit: "plain",
    better: "higher",
    statistic: determination,
  }),
];

const square = (value: number) => value * value;

/** Of each sample the mean over its values. */
function errorsBySample({ width, targets, predictions }: ValueOutcomes, of: (error: number) => number): Float64Array {
  const errors = new Float64Array(targets.length / width);
  for (const [i, target] of targets.entries()) errors[Math.floor(i / width)]! += of(predictions[i]! - target) / width;
  return errors;
}

/** NaN where all targets are one value. */
function determination({ width, targets, predictions }: ValueOutcomes): Statistic {
  const samples = targets.length / width;
  const columns = Array.from({ length: width }, (_, column) => {
    const pick = (values: Float64Array) =>
      Float64Array.from({ length: samples }, (_, i) => values[i * width + column]!);
    const wanted = pick(targets);
    const predicted = pick(predictions);
    return { wanted, squares: wanted.map((value, i) => square(value - predicted[i]!)) };
  });
  const value = (weights: Weights) => {
    const total = totalOf(weights);
    const each = columns.map(({ wanted, squares }) => {
      const mean = weightedSum(wanted, weights) / total;
      const around = wanted.reduce((sum, one, i) => sum + weights[i]! * square(one - mean), 0);
      return 1 - weightedSum(squares, weights) / around;
    });
    return totalOf(each) / width;
  };
  return { samples, value };
}
