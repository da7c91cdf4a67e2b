import type { Tensor } from "@pare/tensor";
import type { LossSpec } from "@pare/train";
import { lossOfTargetsError } from "./errors.ts";
import type { TrainingOptions } from "./training-options.ts";

/**
 * The loss for what the data's targets are, where the recipe leaves it open: cross-entropy of classes (of one score: binary
 * cross-entropy) and tokens, the squared error of values.
 * @param output the trained output's shape
 * @throws TRAIN_LOSS for one that cannot compare with such targets
 */
export function lossOf(
  { loss, labelSmoothing }: TrainingOptions,
  targets: Tensor | undefined,
  output: readonly number[],
): LossSpec {
  switch (loss) {
    case "auto":
      if (targets?.dtype === "float32") return { kind: "mse" };
      if (isSingle(output)) return { kind: "binary-cross-entropy", labels: "classes" };
      return { kind: "cross-entropy", labelSmoothing };
    case "cross-entropy":
      if (targets?.dtype === "float32") throw lossOfTargetsError(loss, "values");
      return { kind: "cross-entropy", labelSmoothing };
    case "binary-cross-entropy":
      return { kind: "binary-cross-entropy", labels: targets?.dtype === "int64" ? "classes" : "values" };
    default:
      if (targets?.dtype === "int64") throw lossOfTargetsError(loss, "classes");
      return { kind: loss };
  }
}

/** [batch, 1] or [batch]. */
function isSingle(shape: readonly number[]): boolean {
  return shape.slice(1).every((size) => size === 1);
}
