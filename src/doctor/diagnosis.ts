import { noiseMetric } from "@pare/measure";
import type { Judgement } from "@pare/pass";
import type { DiagnoseCause } from "@pare/quantize";

/** What `pare doctor model recipe` found. */
export interface Diagnosis {
  readonly model: string;
  readonly recipe: string;
  /** The step that made the quantized model, as a recipe has it; undefined: the model came quantized. */
  readonly step: string | undefined;
  readonly target: string;
  /** The quantized model beside the original on validation data. */
  readonly judgement: Judgement;
  /** Whether so much is lost that a cause is looked for. */
  readonly isHurt: boolean;
  /** What explains the loss, or will hurt elsewhere; what matters most first. */
  readonly causes: readonly DiagnosedCause[];
  /** Seen, and no cause. */
  readonly remarks: readonly string[];
  /** All tried cures at once, where that is better than each alone. */
  readonly together: TriedCure | undefined;
}

export interface DiagnosedCause {
  readonly cause: DiagnoseCause | OtherCause;
  /** A clause. */
  readonly text: string;
  /** Names of nodes, values or samples, worst first. */
  readonly subjects: readonly string[];
  /** Lines of the recipe that cure it; empty: no line does. */
  readonly lines: readonly string[];
  /** `tried`: with the lines the loss is less, see `after`. `seen`: in the data or the model. `predicted`: elsewhere. */
  readonly certainty: "tried" | "seen" | "predicted";
  /** The model that the lines give, beside the original. */
  readonly after: Judgement | undefined;
}

export type OtherCause =
  | "preprocessing"
  | "leakage"
  | "few-samples"
  | "other-values"
  | "unequal-channels"
  | "shifted-means"
  | "quantizer";

export interface TriedCure {
  readonly lines: readonly string[];
  readonly after: Judgement;
}

/** Loss of an accuracy that calls for a cause: one point. */
const muchDrop = 0.01;
const leastAgreement = { labelled: 0.9, unlabelled: 0.95 };
const leastDecibels = 20;
/** Of the outputs' energy, beyond the original's own: 20 dB. */
const muchNoise = 0.01;

export function isHurt({ metric, drop, agreement, snrDb }: Judgement): boolean {
  if (metric === noiseMetric) return drop > muchNoise;
  if (agreement === undefined) return snrDb < leastDecibels;
  if (!metric.startsWith("accuracy")) return agreement < leastAgreement.unlabelled;
  return drop > muchDrop || agreement < leastAgreement.labelled;
}

/** How far the outputs are from the original's: a divergence, or noise ÷ signal where they are no scores. */
export function lossOf({ divergence, snrDb }: Judgement): number {
  return divergence ?? 10 ** (-snrDb / 10);
}

/** How much of a loss a cure takes away: 1 is all. */
export function recovered(before: Judgement, after: Judgement): number {
  const loss = lossOf(before);
  return loss > 0 ? 1 - lossOf(after) / loss : 0;
}
