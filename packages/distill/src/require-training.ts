import type { Tools } from "@pare/pass";
import { needsTrainingDataError } from "./errors.ts";
import type { TrainingPassTools } from "./train-model.ts";

/** @throws TRAIN_DATA */
export function requireTraining(tools: Tools, pass: string): TrainingPassTools {
  const { training } = tools;
  if (training === undefined || training.samples === 0) throw needsTrainingDataError(pass);
  return { ...tools, training };
}
