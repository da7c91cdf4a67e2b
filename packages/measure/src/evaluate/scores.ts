import { numbers, type Tensor } from "@pare/tensor";

/** What makes probabilities of a model's scores. `auto`: `none` where they are probabilities already, else `softmax`. */
export type Activation = "auto" | "softmax" | "sigmoid" | "none";

/** One for each sample: the elements of row i of [batch, …]. What the only sample of a run gives is all its own. */
export function rowsOf(tensor: Tensor, batch: number): readonly Float64Array[] {
  const all = numbers(tensor);
  const width = all.length / batch;
  return Array.from({ length: batch }, (_, i) => all.subarray(i * width, (i + 1) * width));
}

/** Whether every row is of numbers from 0 to 1 that sum to 1, as after a softmax. */
export function areProbabilities(scores: Float64Array, width: number): boolean {
  for (let start = 0; start < scores.length; start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) {
      if (!(scores[i]! >= 0)) return false;
      sum += scores[i]!;
    }
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}

/** Probabilities of one row of scores; one score alone becomes those of "no" and "yes". */
export function probabilitiesOf(scores: Float64Array, activation: Exclude<Activation, "auto">): Float64Array {
  if (scores.length === 1) {
    const yes = activation === "none" ? scores[0]! : sigmoid(scores[0]!);
    return Float64Array.of(1 - yes, yes);
  }
  switch (activation) {
    case "none":
      return scores;
    case "sigmoid":
      return shares(scores.map(sigmoid));
    case "softmax":
      return softmax(scores);
  }
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/** The largest score is taken off first, so that no power overflows; what is no number stays so and counts nothing. */
export function softmax(scores: Float64Array): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  return shares(scores.map((score) => (score === most ? 1 : Math.exp(score - most))));
}

function shares(parts: Float64Array): Float64Array {
  let sum = 0;
  for (const part of parts) if (!Number.isNaN(part)) sum += part;
  return parts.map((part) => part / sum);
}
