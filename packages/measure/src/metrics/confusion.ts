import { interval } from "../stats/interval.ts";
import { proportionInterval } from "../stats/proportion.ts";
import { once, type Statistic, totalOf, type Weights } from "../stats/statistic.ts";
import type { ClassOutcomes } from "./class-outcomes.ts";

/** [label, prediction], row by row: how many samples of each class were taken for which. */
export function confusionMatrix({ classes, labels, predictions }: ClassOutcomes): readonly Uint32Array[] {
  const matrix = classes.map(() => new Uint32Array(classes.length));
  for (const [i, label] of labels.entries()) if (predictions[i] !== -1) matrix[label]![predictions[i]!]!++;
  return matrix;
}

/** Of every class, by weight. */
export interface ClassCounts {
  readonly labelled: Float64Array;
  readonly predicted: Float64Array;
  /** Both. */
  readonly hits: Float64Array;
}

export function countClasses({ classes, labels, predictions }: ClassOutcomes, weights: Weights): ClassCounts {
  const zeros = () => new Float64Array(classes.length);
  const counts = { labelled: zeros(), predicted: zeros(), hits: zeros() };
  for (let i = 0; i < labels.length; i++) {
    const [label, prediction, weight] = [labels[i]!, predictions[i]!, weights[i]!];
    counts.labelled[label]! += weight;
    if (prediction !== -1) counts.predicted[prediction]! += weight;
    if (prediction === label) counts.hits[label]! += weight;
  }
  return counts;
}

/** A rate of one class out of its three counts, 0 ÷ 0 being 0. */
export type ClassRate = "precision" | "recall" | "f1";

/** What the hits are divided by, and what f1 makes of that: F1 is 2J ÷ (1 + J) with J = hits ÷ (labelled or predicted). */
function rate(kind: ClassRate, { labelled, predicted, hits }: ClassCounts, at: number): number {
  const [l, p, h] = [labelled[at]!, predicted[at]!, hits[at]!];
  const [top, bottom] = kind === "f1" ? [2 * h, l + p] : [h, kind === "recall" ? l : p];
  return bottom === 0 ? 0 : top / bottom;
}

/** The mean over classes that are a label or a prediction of some sample; for recall: that are a label. */
export function macroRate(kind: ClassRate, outcomes: ClassOutcomes): Statistic {
  const value = (weights: Weights) => {
    const counts = countClasses(outcomes, weights);
    let [sum, present] = [0, 0];
    for (let i = 0; i < counts.hits.length; i++) {
      const isPresent = counts.labelled[i]! > 0 || (kind !== "recall" && counts.predicted[i]! > 0);
      if (isPresent) [sum, present] = [sum + rate(kind, counts, i), present + 1];
    }
    return sum / present;
  };
  return { samples: outcomes.labels.length, value };
}

/**
 * The rate of one class. Among the samples that count for it (labelled for recall, predicted for precision, either for
 * F1) hits are a proportion, so its interval is that of a proportion.
 */
export function classRate(kind: ClassRate, outcomes: ClassOutcomes, at: number): Statistic {
  const samples = outcomes.labels.length;
  return {
    samples,
    value: (weights) => rate(kind, countClasses(outcomes, weights), at),
    interval: () => {
      const { labelled, predicted, hits } = countClasses(outcomes, once(samples));
      const [l, p, h] = [labelled[at]!, predicted[at]!, hits[at]!];
      const trials = kind === "recall" ? l : kind === "precision" ? p : l + p - h;
      if (trials === 0) return undefined;
      const { low, high } = proportionInterval(h, trials);
      return kind === "f1" ? interval((2 * low) / (1 + low), (2 * high) / (1 + high)) : interval(low, high);
    },
  };
}

/** Hits of all classes ÷ all predictions (precision) or all labels (recall); the harmonic mean of both (f1). */
export function microRate(kind: ClassRate, outcomes: ClassOutcomes): Statistic {
  const { labels, predictions } = outcomes;
  const successes = Uint8Array.from(labels, (label, i) => (predictions[i] === label ? 1 : 0));
  const predicted = Uint8Array.from(predictions, (prediction) => (prediction === -1 ? 0 : 1));
  const weigh = (of: Uint8Array, weights: Weights) => of.reduce((sum, one, i) => sum + one * weights[i]!, 0);
  const value = (weights: Weights) => {
    const [h, p, l] = [weigh(successes, weights), weigh(predicted, weights), totalOf(weights)];
    if (kind === "f1") return (2 * h) / (p + l);
    return h / (kind === "precision" ? p : l);
  };
  // Every sample has a prediction, as a rule: then all three are the accuracy.
  return { samples: labels.length, value, ...(!predicted.includes(0) && { successes }) };
}
