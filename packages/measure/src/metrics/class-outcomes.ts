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
  /**
   * [samples, classes], only where a metric ranks by them: of each class its probability ÷ that of all others. A
   * probability near 1 would be rounded to 1, and samples that the model tells apart would be ties.
   */
  readonly odds?: Float32Array;
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

/** @param keepOdds for metrics that rank samples by them */
export function classOutcomes(samples: number, classes: readonly string[], keepOdds: boolean): ClassOutcomesBuilder {
  const outcomes = {
    kind: "class" as const,
    classes,
    labels: new Int32Array(samples),
    predictions: new Int32Array(samples),
    ranks: new Int32Array(samples),
    losses: new Float64Array(samples),
    confidences: new Float32Array(samples),
    ...(keepOdds && { odds: new Float32Array(samples * classes.length) }),
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
      outcomes.odds?.set(oddsOf(row), index * classes.length);
    },
  };
}

/** From 1e-45 to 3e38 in float32. Above one half from the others themselves: 1 − p would lose what is small. */
function oddsOf(row: Float64Array): Float64Array {
  return row.map((p, own) => {
    if (!(p > 0.5)) return p / (1 - p);
    return p / row.reduce((sum, other, i) => (i === own || Number.isNaN(other) ? sum : sum + other), 0);
  });
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
