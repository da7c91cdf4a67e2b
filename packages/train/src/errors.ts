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

/** Steps that make the loss worse and worse. */
export function divergedError(at: string, problem: string, expected: string, got: number, rate: number): PareError {
  return new PareError({
    code: "TRAIN_DIVERGED",
    at,
    problem,
    expected,
    got: `${got}`,
    next: `Lower the learning rate (${rate.toPrecision(2)} here) to a third, give it a longer warm-up, or clip the gradients.`,
  });
}

/** A step graph that compares with labels, and data that has none. */
export function noTargetsError(input: string): PareError {
  return new PareError({
    code: "TRAIN_TARGETS",
    at: `input "${input}" of the step graph`,
    problem: "the loss compares with labels, but the training data has none",
    next: "Give labelled training data, or a loss that needs no labels.",
  });
}

/** A step graph that is fed a teacher's outputs, and nobody who gives them. */
export function noTeacherError(input: string): PareError {
  return new PareError({
    code: "TRAIN_TEACHER",
    kind: "failure",
    at: `input "${input}" of the step graph`,
    problem: "a teacher's outputs are fed here, but no teacher was given",
  });
}

/** Fewer samples than one step takes. */
export function noStepsError(samples: number, batch: number): PareError {
  return new PareError({
    code: "TRAIN_BATCH",
    at: "the training data",
    problem: "it is smaller than one batch, and only full ones are trained on",
    expected: `at least ${batch} samples`,
    got: `${samples}`,
    next: "Lower `batch`, or give more training data.",
  });
}

/** The model takes one batch size only, and it is another. */
export function batchFixedError(input: string, size: number, batch: number): PareError {
  return new PareError({
    code: "TRAIN_BATCH_FIXED",
    at: input,
    problem: "the model is fixed to a batch and cannot be freed",
    expected: `a batch of ${batch}`,
    got: `a batch of ${size}`,
    next: `Train with batches of ${size}, or export the model with a free batch.`,
  });
}

/** Nothing is left to train. */
export function nothingTrainedError(constants: number): PareError {
  return new PareError({
    code: "TRAIN_NOTHING",
    at: "the model",
    problem: `none of its ${constants} float constants is trained`,
    next: "Freeze less (`frozen`), or train a model whose weights are float32: before it is quantized, or by quantize/qat.",
  });
}

/** The loss cannot compare this output with labels. */
export function lossShapeError(output: string, loss: string, expected: string, shape: readonly number[]): PareError {
  return new PareError({
    code: "TRAIN_LOSS",
    at: output,
    problem: `the loss ${loss} does not fit this output`,
    expected,
    got: `[${shape.join(", ")}]`,
    next: "Choose another loss or another output.",
  });
}

/** A name that should be an output or a value of a model. */
export function unknownValueError(at: string, name: string, known: readonly string[]): PareError {
  return new PareError({
    code: "TRAIN_VALUE",
    at,
    problem: `there is no value "${name}"`,
    ...(known.length > 0 && { expected: `one of ${known.join(", ")}` }),
    next: "Give the name of a value of the model: `pare inspect` lists them.",
  });
}

/** A teacher that cannot be put beside the student. */
export function teacherError(teacher: string, problem: string): PareError {
  return new PareError({
    code: "TRAIN_TEACHER_MODEL",
    at: teacher,
    problem: `it cannot run beside the student: ${problem}`,
    next: "Without augmentation, hints and attention teachers run apart from it, and it does not matter.",
  });
}

export function teacherInputError(teacher: string, input: string, expected: string, got: string): PareError {
  return new PareError({
    code: "TRAIN_TEACHER_MODEL",
    at: teacher,
    problem: `its input "${input}" does not take what the student is given`,
    expected,
    got,
    next: "Take a teacher for inputs of this size; images in another order of axes or colours: `preprocessing`.",
  });
}

/** A trained constant is not in the model that is to receive it. */
export function missingConstantError(name: string): PareError {
  return new PareError({
    code: "TRAIN_CONSTANT",
    at: name,
    problem: "the model has no constant of that name",
    next: "Give the model that the step graph was built from.",
  });
}

/** Neither labels nor teachers. */
export function nothingToLearnError(): PareError {
  return new PareError({
    code: "TRAIN_LOSS",
    at: "the step graph",
    problem: "there is nothing to learn from",
    expected: "labels, teachers, or both",
    next: "Give a teacher, or train with labels.",
  });
}

/** A mask of another shape than what it masks. */
export function maskShapeError(name: string, shape: readonly number[], mask: readonly number[]): PareError {
  return new PareError({
    code: "TRAIN_MASK",
    at: name,
    problem: "its mask has another shape",
    expected: `[${shape.join(", ")}]`,
    got: `[${mask.join(", ")}]`,
    next: "Make one number for each element: 1 where it is trained, 0 where it stays 0.",
  });
}

/** An operator set below those that backward passes are written in. */
export function opsetTooOldError(opset: number, least: number): PareError {
  return new PareError({
    code: "TRAIN_OPSET",
    at: "the model",
    problem: "its operator set is too old for a step graph",
    expected: `${least} or later`,
    got: `${opset}`,
    next: "Raise it first (opset/upgrade).",
  });
}
