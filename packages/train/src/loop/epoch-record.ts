import type { TrainingScore } from "@pare/pass";

/** One epoch of a training run: a point of its curves. Plain data. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Means over the epoch's steps of what the step graph measures, by its name: "loss", "accuracy.top1" … */
  readonly train: Readonly<Record<string, number>>;
  /** After the epoch. */
  readonly validation: TrainingScore;
  /** Learning rate of the last step. */
  readonly rate: number;
  /** Of the steps with their loading, without the evaluation. It differs from run to run. */
  readonly samplesPerSecond: number;
}
