import { PareError } from "@pare/error";

export function unknownValueError(name: string): PareError {
  return new PareError({
    code: "LEARN_VALUE",
    at: `value "${name}"`,
    problem: "it cannot be observed: the main graph computes no value of this name",
    next: "Inputs and outputs of nodes of the main graph can be observed; constants and what is inside subgraphs cannot.",
  });
}

/** Samples of a batch whose labels do not go together. */
export function unlikeTargetsError(id: string, expected: string, got: string): PareError {
  return new PareError({
    code: "LEARN_TARGET",
    at: `sample ${id}`,
    problem: "its label is unlike those of the other samples",
    expected,
    got,
    next: "Every sample needs a label of one kind and size to train with, or none has one.",
  });
}

/** Training data is smaller than one batch. */
export function tooFewSamplesError(name: string, samples: number, batch: number): PareError {
  return new PareError({
    code: "LEARN_BATCH",
    at: name,
    problem: "there are fewer training samples than one batch takes",
    expected: `at least ${batch}`,
    got: `${samples}`,
    next: "Lower `batch`, or give more training data.",
  });
}

export function noTimingInputsError(): PareError {
  return new PareError({
    code: "LEARN_INPUTS",
    problem: "the model cannot be timed: no inputs that were tried let it run",
    next: "Give a recipe with data: its first samples are used.",
  });
}
