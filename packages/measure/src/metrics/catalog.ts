import type { Statistic } from "../stats/statistic.ts";
import type { ClassOutcomes } from "./class-outcomes.ts";
import { classMetrics } from "./classification.ts";
import { type FidelityOutcomes, fidelityMetrics } from "./fidelity.ts";
import type { MetricKind } from "./kind.ts";
import { type TokenOutcomes, tokenMetrics } from "./language.ts";
import { type ValueOutcomes, valueMetrics } from "./regression.ts";

export type LabelOutcomes = ClassOutcomes | ValueOutcomes | TokenOutcomes;
export type Outcomes = LabelOutcomes | FidelityOutcomes;
export type OutcomeKind = Outcomes["kind"];

/** Stands for the metrics that suit the data. */
export const automatic = "auto";

const byKind = {
  class: classMetrics,
  values: valueMetrics,
  tokens: tokenMetrics,
  fidelity: fidelityMetrics,
} as const;

/** What `auto` stands for. */
const usual: Readonly<Record<OutcomeKind, readonly string[]>> = {
  class: ["accuracy.top1", "loss"],
  values: ["mae", "rmse", "r2"],
  tokens: ["perplexity"],
  fidelity: ["fidelity.agreement", "fidelity.cosine", "fidelity.snr"],
};

export interface MetricInfo {
  readonly name: string;
  readonly summary: string;
  readonly kind: OutcomeKind;
}

/** Every built-in metric, for help and for the recipe's schema. */
export const metricCatalog: readonly MetricInfo[] = (Object.keys(byKind) as OutcomeKind[]).flatMap((kind) =>
  byKind[kind].map(({ name, summary }) => ({ name, summary, kind })),
);

export function metricKindOf(name: string): OutcomeKind | undefined {
  return metricCatalog.find((metric) => metric.name === name)?.kind;
}

/** Of the names asked for those that outcomes of this kind have, `auto` written out. */
export function metricsFor(kind: OutcomeKind, asked: readonly string[], isMain: boolean): readonly string[] {
  const named = asked.flatMap((name) => (name !== automatic ? [name] : isMain ? usual[kind] : []));
  return [...new Set(named)].filter((name) => metricKindOf(name) === kind);
}

/** A statistic with all that the record says of it. */
export interface NamedStatistic extends Pick<MetricKind<never>, "unit" | "better"> {
  readonly name: string;
  readonly statistic: Statistic;
}

/** @param names of metrics that `outcomes` has */
export function statisticsOf(outcomes: Outcomes, names: readonly string[]): readonly NamedStatistic[] {
  switch (outcomes.kind) {
    case "class":
      return select(classMetrics, outcomes, names);
    case "values":
      return select(valueMetrics, outcomes, names);
    case "tokens":
      return select(tokenMetrics, outcomes, names);
    case "fidelity":
      return select(fidelityMetrics, outcomes, names);
  }
}

function select<O>(kinds: readonly MetricKind<O>[], outcomes: O, names: readonly string[]): readonly NamedStatistic[] {
  const chosen = names.flatMap((name) => kinds.find((kind) => kind.name === name) ?? []);
  return chosen.flatMap(({ name, unit, better, statistics }) =>
    Array.from(statistics(outcomes), ([suffix, statistic]) => ({ name: name + suffix, unit, better, statistic })),
  );
}
