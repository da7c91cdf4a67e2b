import { PareError } from "@pare/error";

export function needsTrainingDataError(pass: string): PareError {
  return new PareError({
    code: "TRAIN_DATA",
    at: pass,
    problem: "there is no training data",
    expected: "`data: { train: … }` in the recipe",
    next: "Name the training data; test data is never trained on.",
  });
}

export function needsLabelsError(pass: string): PareError {
  return new PareError({
    code: "TRAIN_LABELS",
    at: pass,
    problem: "the training data has no labels, and there is no teacher",
    next: "Give data with labels, or a teacher: `distill: { teacher: original }`.",
  });
}

export function noOriginalError(pass: string): PareError {
  return new PareError({
    code: "TRAIN_TEACHER",
    at: pass,
    problem: "`teacher: original` means the model before the first lossy step, and this is that step",
    next: "Take `teacher: input`, or a model file.",
  });
}

export function warmUpError(epochs: number, warmUp: number): PareError {
  return new PareError({
    code: "TRAIN_WARM_UP",
    at: "warm-up",
    problem: "the rate would rise all the time and never be what was asked for",
    expected: `less than the ${epochs} epochs of the training`,
    got: `${warmUp}`,
    next: "Shorten the warm-up, or train longer.",
  });
}

export function accumulateError(steps: number, accumulate: number): PareError {
  return new PareError({
    code: "TRAIN_ACCUMULATE",
    at: "accumulate",
    problem: "the training ends before its first update",
    expected: `at most the ${steps} batches of the training`,
    got: `${accumulate}`,
    next: "Lower it, or `batch`, or train longer.",
  });
}

/** @param targets what the training data has */
export function lossOfTargetsError(loss: string, targets: "classes" | "values"): PareError {
  const [other, fitting] = targets === "classes" ? ["values", "cross-entropy"] : ["classes", "mse, huber, cosine"];
  return new PareError({
    code: "TRAIN_LOSS",
    at: "loss",
    problem: `${loss} compares with ${other}, and the training data has ${targets}`,
    expected: `${fitting}, or binary-cross-entropy`,
    got: loss,
    next: `Leave \`loss\` out, or give data whose targets are ${other}.`,
  });
}

export function preprocessingError(teacher: string, expected: string, got: string): PareError {
  return new PareError({
    code: "TRAIN_TEACHER",
    at: `preprocessing of ${teacher}`,
    problem: "the teacher's images cannot be told from that",
    expected,
    got,
    next: "It is for teachers with one input of images.",
  });
}

export function differentOutputsError(teacher: string, expected: string, got: string): PareError {
  return new PareError({
    code: "TRAIN_TEACHER",
    at: teacher,
    problem: "teacher and student do not give the same scores",
    expected: `an output ${expected}`,
    got,
    next: "Take a teacher and a student of the same classes.",
  });
}
