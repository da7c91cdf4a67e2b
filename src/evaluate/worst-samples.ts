import type { LabelOutcomes } from "@pare/measure";
import type { WrongSample } from "@pare/report";

type Labelled = Exclude<LabelOutcomes, { readonly kind: "tokens" }>;

/** The samples with the largest loss (of a regression, the squared error), worst first; one without a number before all. */
export function worstSamples(outcomes: Labelled, ids: readonly string[], count = 10): readonly WrongSample[] {
  const losses = outcomes.kind === "class" ? outcomes.losses : squaredErrors(outcomes);
  const rank = (index: number) => (Number.isNaN(losses[index]!) ? Infinity : losses[index]!);
  return Array.from(losses.keys())
    .sort((a, b) => (rank(a) === rank(b) ? a - b : rank(b) - rank(a)))
    .slice(0, count)
    .map((index) => ({ id: ids[index]!, ...said(outcomes, index), loss: losses[index]! }));
}

function said(outcomes: Labelled, index: number): Pick<WrongSample, "label" | "prediction"> {
  if (outcomes.kind === "values") {
    const valuesOf = (all: Float64Array) =>
      Array.from(all.subarray(index * outcomes.width, (index + 1) * outcomes.width), (value) =>
        String(Number(value.toPrecision(6))),
      ).join(", ");
    return { label: valuesOf(outcomes.targets), prediction: valuesOf(outcomes.predictions) };
  }
  const { classes, labels, predictions } = outcomes;
  return { label: classes[labels[index]!]!, prediction: classes[predictions[index]!] ?? "none" };
}

function squaredErrors({ targets, predictions, width }: Extract<Labelled, { kind: "values" }>): Float64Array {
  const errors = new Float64Array(targets.length / width);
  targets.forEach((target, i) => {
    errors[Math.floor(i / width)]! += (target - predictions[i]!) ** 2;
  });
  return errors;
}
