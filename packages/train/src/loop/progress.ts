import type { TrainingScore } from "@pare/pass";

export interface LiveFigures {
  /** From 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean of the epoch so far; undefined before its first step. */
  readonly loss: number | undefined;
  /** Of the epoch before. */
  readonly score: TrainingScore | undefined;
  readonly samplesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** "epoch 3/20, loss 0.512, accuracy.top1 0.7812, 1523 samples/s, 4 min left" */
export function progressText({ epoch, epochs, loss, score, samplesPerSecond, secondsLeft }: LiveFigures): string {
  const parts = [
    `epoch ${epoch + 1}/${epochs}`,
    loss !== undefined && `loss ${loss.toPrecision(3)}`,
    score !== undefined && `${score.metric} ${score.value.toPrecision(4)}`,
    samplesPerSecond !== undefined && `${Math.round(samplesPerSecond)} samples/s`,
    secondsLeft !== undefined && `${durationText(secondsLeft)} left`,
  ];
  return parts.filter((part) => part !== false).join(", ");
}

function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 6000) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
