import { meanOf, type Statistic, shareOf, totalOf, type Weights } from "../stats/statistic.ts";
import type { ClassOutcomes } from "./class-outcomes.ts";
import { type ClassRate, classRate, macroRate, microRate } from "./confusion.ts";
import { type MetricKind, single } from "./kind.ts";
import { averagePrecision, type Ranking, rocAuc } from "./ranking.ts";

type ClassMetric = MetricKind<ClassOutcomes>;

const meanings = {
  precision: "share of right ones among predictions of a class",
  recall: "share of right ones among samples of a class",
  f1: "harmonic mean of precision and recall",
};

/** Of the calibration error. */
const bins = 15;

/** Every metric of a classifier. */
export const classMetrics: readonly ClassMetric[] = [
  topK(1, "Share of samples whose highest score is that of their label"),
  topK(5, "Share of samples whose label is among the five highest scores"),
  single({
    name: "accuracy.balanced",
    summary: "Mean over classes of the share of their samples that are right",
    unit: "ratio",
    better: "higher",
    statistic: (outcomes) => macroRate("recall", outcomes),
  }),
  ...(["precision", "recall", "f1"] as const).flatMap(rates),
  ranked("auc.roc", "Chance that a positive scores higher than a negative; of several classes the mean", rocAuc),
  ranked("precision.average", "Area under the precision-recall steps; of several classes the mean", averagePrecision),
  single({
    name: "loss",
    summary: "Mean −log of the label's probability (log-loss, cross-entropy)",
    unit: "nats",
    better: "lower",
    statistic: ({ losses }) => meanOf(losses),
  }),
  single({
    name: "calibration.error",
    summary: "Expected calibration error: confidence against accuracy, in 15 bins of confidence",
    unit: "ratio",
    better: "lower",
    statistic: expectedCalibrationError,
  }),
];

/** Metrics for which the outcomes must hold the probability of every class. */
export const probabilityMetrics: readonly string[] = ["auc.roc", "precision.average"];

function topK(k: number, summary: string): ClassMetric {
  const statistic = ({ ranks }: ClassOutcomes) => shareOf(Uint8Array.from(ranks, (rank) => (rank < k ? 1 : 0)));
  return single({ name: `accuracy.top${k}`, summary, unit: "ratio", better: "higher", statistic });
}

function rates(rate: ClassRate): readonly ClassMetric[] {
  const shape = { unit: "ratio", better: "higher" } as const;
  const text = `${rate === "f1" ? "F1" : rate[0]!.toUpperCase() + rate.slice(1)}, ${meanings[rate]}`;
  return [
    single({
      ...shape,
      name: `${rate}.macro`,
      summary: `${text}: mean over classes`,
      statistic: (o) => macroRate(rate, o),
    }),
    single({
      ...shape,
      name: `${rate}.micro`,
      summary: `${text}: all classes counted together`,
      statistic: (o) => microRate(rate, o),
    }),
    {
      ...shape,
      name: `${rate}.class`,
      summary: `${text}: of each class, as ${rate}.class.<name>`,
      statistics: (outcomes) => outcomes.classes.map((name, i) => [`.${name}`, classRate(rate, outcomes, i)] as const),
    },
  ];
}

/** Of two classes the second is the positive one; of more, each against the rest, those with samples of both kinds. */
function ranked(name: string, summary: string, of: (ranking: Ranking) => Statistic): ClassMetric {
  const statistic = (outcomes: ClassOutcomes): Statistic => {
    if (outcomes.classes.length === 2) return of(rankingOf(outcomes, 1));
    const present = outcomes.classes.flatMap((_, i) =>
      outcomes.labels.includes(i) ? [of(rankingOf(outcomes, i))] : [],
    );
    const value = (weights: Weights) => present.reduce((sum, each) => sum + each.value(weights), 0) / present.length;
    return { samples: outcomes.labels.length, value };
  };
  return single({ name, summary, unit: "ratio", better: "higher", statistic });
}

function rankingOf({ classes, labels, odds }: ClassOutcomes, positive: number): Ranking {
  const scores = Float32Array.from(labels, (_, i) => odds?.[i * classes.length + positive] ?? Number.NaN);
  return { scores, positives: Uint8Array.from(labels, (label) => (label === positive ? 1 : 0)) };
}

/** Σ over bins of equal width: share of samples · |accuracy − mean confidence| (Guo et al., ICML 2017). */
function expectedCalibrationError({ confidences, labels, predictions }: ClassOutcomes): Statistic {
  const binOf = Uint8Array.from(confidences, (confidence) =>
    Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1)),
  );
  const gaps = Float64Array.from(confidences, (confidence, i) => confidence - (predictions[i] === labels[i] ? 1 : 0));
  const value = (weights: Weights) => {
    const sums = new Float64Array(bins);
    for (let i = 0; i < gaps.length; i++) sums[binOf[i]!]! += weights[i]! * gaps[i]!;
    return sums.reduce((sum, gap) => sum + Math.abs(gap), 0) / totalOf(weights);
  };
  return { samples: labels.length, value };
}
