import { cloneModel, type Model } from "@pare/ir";
import type { StepGraph } from "@pare/train";
import { readyForTraining } from "./ready.ts";
import { isSameModel } from "./same-model.ts";
import { type Trained, type Training, type TrainingPassTools, trainModel } from "./train-model.ts";

/** What a training is fairly compared with. */
export type Comparison = "alone" | "original";

export interface ComparisonParts {
  readonly wanted: readonly Comparison[] | undefined;
  /** The model before any lossy step, where this training follows one or puts another model in its place. */
  readonly original: Model | undefined;
}

/**
 * Trainings beside the one that counts, with the same batches and initial weights:
 * 1. without its teachers, so that what they bring shows;
 * 2. of the original, by labels, for all epochs since it, so that more training is never sold as compression that costs
 *    nothing.
 * None where a teacher alone says what is right.
 */
export function comparisonsFor(
  training: Training,
  { feeds }: StepGraph,
  { wanted, original }: ComparisonParts,
  { training: { epochsBefore } }: TrainingPassTools,
): readonly Training[] {
  if (!feeds.some(({ kind }) => kind === "target")) return [];
  const { teaching, ...alone } = training;
  const compared: Training[] = [];
  if (teaching !== undefined && (wanted?.includes("alone") ?? true))
    compared.push({ ...alone, label: "the same, by labels alone", role: "compared" });
  if (original !== undefined && (wanted?.includes("original") ?? true)) {
    const { quantized, ...plain } = alone;
    const model = cloneModel(original);
    readyForTraining(model, plain.options.frozen);
    // Without its teacher, what is trained may be just that.
    const isOwn = quantized === undefined && epochsBefore === 0 && isSameModel(training.model, model);
    if (isOwn && (teaching === undefined || compared.length > 0)) return compared;
    const options = { ...plain.options, epochs: plain.options.epochs + epochsBefore };
    const label = `the original, trained as long${epochsBefore === 0 ? "" : ` (${options.epochs} epochs)`}`;
    compared.push({ ...plain, options, model, label, role: "compared" });
  }
  return compared;
}

/** Trains what counts, then what it is compared with. */
export async function trainCompared(
  training: Training,
  parts: ComparisonParts,
  pass: string,
  tools: TrainingPassTools,
): Promise<{ readonly trained: Trained; readonly compared: readonly Trained[] }> {
  const trained = await trainModel(training, pass, tools);
  const compared: Trained[] = [];
  for (const each of comparisonsFor(training, trained.step, parts, tools))
    compared.push(await trainModel(each, pass, tools));
  return { trained, compared };
}
