import type { TrainingScore } from "@pare/pass";

/** Whether a score beats the best so far: by the metric, at a tie by the loss. What is no number beats nothing. */
export function isBetter(score: TrainingScore, best: TrainingScore | undefined): boolean {
  if (Number.isNaN(score.value)) return false;
  if (best === undefined) return true;
  if (score.value !== best.value)
    return score.better === "higher" ? score.value > best.value : score.value < best.value;
  return score.loss !== undefined && best.loss !== undefined && score.loss < best.loss;
}
