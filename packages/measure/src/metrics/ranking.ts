/**
 * How well a score puts positives above negatives: the area under the ROC curve and average precision.
 * Both sort once and count in one sweep, so that a bootstrap can ask for them thousands of times.
 */
import { once, type Statistic, type Weights } from "../stats/statistic.ts";
import { aucInterval } from "./auc-interval.ts";

/** A two-class problem: NaN scores rank below all others. */
export interface Ranking {
  readonly scores: ArrayLike<number>;
  /** 1 where the sample is a positive. */
  readonly positives: Uint8Array;
}

/** Samples from the highest score to the lowest, those with one score together. */
function tiedGroups({ scores }: Ranking): readonly Uint32Array[] {
  const score = (i: number) => (Number.isNaN(scores[i]!) ? Number.NEGATIVE_INFINITY : scores[i]!);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => score(b) - score(a) || a - b);
  const groups: Uint32Array[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && score(order[end]!) === score(order[start]!)) end++;
    groups.push(order.subarray(start, end));
  }
  return groups;
}

/** For each group of one score: positives and negatives in it, by weight. */
function sweep(
  groups: readonly Uint32Array[],
  positives: Uint8Array,
  weights: Weights,
  visit: (positive: number, negative: number) => void,
): void {
  for (const group of groups) {
    let [positive, negative] = [0, 0];
    for (const i of group) {
      if (positives[i] === 1) positive += weights[i]!;
      else negative += weights[i]!;
    }
    if (positive > 0 || negative > 0) visit(positive, negative);
  }
}

/** The chance that a positive scores higher than a negative; a tie is half. NaN without either. */
export function rocAuc(ranking: Ranking): Statistic {
  const groups = tiedGroups(ranking);
  const value = (weights: Weights) => {
    let [above, pairs, negatives] = [0, 0, 0];
    sweep(groups, ranking.positives, weights, (positive, negative) => {
      pairs += negative * (above + positive / 2);
      above += positive;
      negatives += negative;
    });
    return pairs / (above * negatives);
  };
  return { samples: ranking.positives.length, value, interval: () => aucInterval(...placements(ranking, groups)) };
}

/**
 * Mean over positives of the precision at each one's score: Σ (recall step · precision), samples of one score together.
 * No interpolation. NaN without positives.
 */
export function averagePrecision(ranking: Ranking): Statistic {
  const groups = tiedGroups(ranking);
  const value = (weights: Weights) => {
    let [sum, above, seen] = [0, 0, 0];
    sweep(groups, ranking.positives, weights, (positive, negative) => {
      above += positive;
      seen += positive + negative;
      sum += positive * (above / seen);
    });
    return sum / above;
  };
  return { samples: ranking.positives.length, value };
}

/** Of each positive the share of negatives below it, of each negative the share of positives above it. */
function placements({ positives }: Ranking, groups: readonly Uint32Array[]): [Float64Array, Float64Array] {
  const ofPositives = positives.reduce((sum, one) => sum + one, 0);
  const ofNegatives = positives.length - ofPositives;
  const [below, above] = [new Float64Array(ofPositives), new Float64Array(ofNegatives)];
  let [p, n] = [0, 0];
  sweep(groups, positives, once(positives.length), (positive, negative) => {
    below.fill((ofNegatives - n - negative / 2) / ofNegatives, p, p + positive);
    above.fill((p + positive / 2) / ofPositives, n, n + negative);
    [p, n] = [p + positive, n + negative];
  });
  return [below, above];
}
