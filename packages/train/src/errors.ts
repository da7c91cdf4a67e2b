import { PareError } from "@pare/error";
import { describeNode, type Node } from "@pare/ir";

/** A node between parameters and loss has no backward pass. */
export function notDifferentiableError(node: Node, reason: string): PareError {
  return new PareError({
    code: "TRAIN_GRADIENT",
    at: describeNode(node),
    problem: `cannot be differentiated: ${reason}`,
    next: "Freeze what lies before it (`frozen`), or train a model without it.",
  });
}

/** A size that the batch and the data do not fix. */
export function unknownSizesError(name: string, shape: string): PareError {
  return new PareError({
    code: "TRAIN_SHAPE",
    at: name,
    problem: "its sizes are not known before the model runs",
    expected: "numbers once the sizes of the inputs are fixed",
    got: shape,
    next: "Fix the sizes of the inputs, or simplify the model first.",
  });
}
