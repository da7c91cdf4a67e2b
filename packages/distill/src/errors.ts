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
    next: "Choose the output with `output`, or a student with as many classes.",
  });
}
