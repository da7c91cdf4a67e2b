import { PareError } from "@pare/error";

export function inputCountError(names: readonly string[]): PareError {
  return new PareError({
    code: "MEASURE_INPUTS",
    problem: "accuracy needs a model with one input",
    got: names.length === 0 ? "none" : names.join(", "),
    next: 'Name the one that takes the samples with the option "input".',
  });
}

export function unknownPortError(kind: "input" | "output", name: string, names: readonly string[]): PareError {
  return new PareError({
    code: "MEASURE_PORT",
    problem: `the model has no ${kind} "${name}"`,
    expected: names.join(", "),
  });
}

export function scoresShapeError(output: string, shape: readonly number[], batch: number, classes: number): PareError {
  return new PareError({
    code: "MEASURE_CLASSES",
    at: `output "${output}"`,
    problem: "the output does not hold one score for each class of the data set",
    expected: `[${batch}, ${classes}]`,
    got: `[${shape.join(", ")}]`,
    next: 'Name the output with the class scores with the option "output", or use the data set the model was trained on.',
  });
}

export function emptyDatasetError(name: string): PareError {
  return new PareError({ code: "MEASURE_EMPTY", at: name, problem: "the data set has no samples to measure" });
}

export function unpairedError(base: number, head: number): PareError {
  return new PareError({
    code: "MEASURE_PAIRS",
    problem: "two accuracies can be compared only on the same samples",
    expected: `${base} samples`,
    got: `${head}`,
  });
}

export function batchSizeError(size: number): PareError {
  return new PareError({ code: "MEASURE_BATCH", problem: "the batch size is not a positive integer", got: `${size}` });
}

export function noModelsError(): PareError {
  return new PareError({ code: "MEASURE_MODELS", problem: "there is no model to time", kind: "failure" });
}
