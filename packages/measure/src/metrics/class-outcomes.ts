/** What a classifier made of each sample: everything that its metrics need, a few bytes a sample. */
export interface ClassOutcomes {
  readonly kind: "class";
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  /** The class with the highest score, the first of several; −1 where no score is a number. */
  readonly predictions: Int32Array;
  /** How many classes come before the label: 0 where it is the prediction. */
  readonly ranks: Int32Array;
  /** −log of the label's probability, nats. */
  readonly losses: Float64Array;
  /** Probability of the prediction. */
  readonly confidences: Float32Array;
  /** [samples, classes], only where a metric needs the probability of every class. */
  readonly probabilities?: Float32Array;
}

/** No probability counts as smaller than this: one sure mistake would make the loss infinite. */
const leastProbability = 1e-15;

export interface ClassOutcomesBuilder {
  /**
   * One sample. Scores that are not numbers are never the best.
   * @param probabilities one for each class, summing to 1
   */
  add(index: number, label: number, probabilities: Float64Array): void;
  readonly outcomes: ClassOutcomes;
}

/** @param keepProbabilities for metrics that rank samples by them */
export function classOutcomes(
  samples: number,
  classes: readonly string[],
  keepProbabilities: boolean,
): ClassOutcomesBuilder {
  const outcomes = {
    kind: "class" as const,
    classes,
    labels: new Int32Array(samples),
    predictions: new Int32Array(samples),
    ranks: new Int32Array(samples),
    losses: new Float64Array(samples),
    confidences: new Float32Array(samples),
    ...(keepProbabilities && { probabilities: new Float32Array(samples * classes.length) }),
  };
  return {
    outcomes,
    add(index, label, row) {
      const prediction = highest(row);
      outcomes.labels[index] = label;
      outcomes.predictions[index] = prediction;
      outcomes.ranks[index] = rankOf(row, label, prediction);
      outcomes.losses[index] = -Math.log(Math.max(row[label]!, leastProbability));
      outcomes.confidences[index] = prediction === -1 ? Number.NaN : row[prediction]!;
      outcomes.probabilities?.set(row, index * classes.length);
    },
  };
}

function highest(row: Float64Array): number {
  let found = -1;
  for (let i = 0; i < row.length; i++) {
    if (Number.isNaN(row[i]!)) continue;
    if (found === -1 || row[i]! > row[found]!) found = i;
  }
  return found;
}

/** Of equal scores the first class comes first, as in `highest`. A label whose score is no number comes last. */
function rankOf(row: Float64Array, label: number, prediction: number): number {
  if (label === prediction) return 0;
  const own = row[label]!;
  if (Number.isNaN(own)) return row.length;
  let before = 0;
  for (let i = 0; i < row.length; i++) if (row[i]! > own || (row[i] === own && i < label)) before++;
  return before;
}
