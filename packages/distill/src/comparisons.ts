import type { Model } from "@pare/ir";
import { type Trained, type Training, type TrainingPassTools, trainModel } from "./train-model.ts";

/** What a training is fairly compared with. */
export type Comparison = "alone" | "original";

export interface ComparisonParts {
  readonly wanted: readonly Comparison[] | undefined;
  /** The model before any lossy step, where this training follows one or puts another model in its place. */
  readonly original: Model | undefined;
}

/**
 * Trainings beside the one that counts, with the same epochs, batches and initial weights:
 * 1. without its teachers, so that what they bring shows;
 * 2. of the original, by labels, so that more training is never sold as compression that costs nothing.
 */
function comparisonsOf(training: Training, { wanted, original }: ComparisonParts): readonly Training[] {
  const { teaching, ...alone } = training;
  const compared: Training[] = [];
  if (teaching !== undefined && (wanted?.includes("alone") ?? true))
    compared.push({ ...alone, label: "the same, by labels alone", role: "compared" });
  if (original !== undefined && (wanted?.includes("original") ?? true)) {
    const { step, ...plain } = alone;
    compared.push({ ...plain, model: original, label: "the original, trained as long", role: "compared" });
  }
  return compared;
}

/** Trains what counts, then what it is compared with: nothing where a teacher alone says what is right. */
export async function trainCompared(
  training: Training,
  parts: ComparisonParts,
  pass: string,
  tools: TrainingPassTools,
): Promise<{ readonly trained: Trained; readonly compared: readonly Trained[] }> {
  const trained = await trainModel(training, pass, tools);
  const compared: Trained[] = [];
  const hasTargets = trained.step.feeds.some(({ kind }) => kind === "target");
  for (const each of hasTargets ? comparisonsOf(training, parts) : [])
    compared.push(await trainModel(each, pass, tools));
  return { trained, compared };
}
