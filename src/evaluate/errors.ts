import { PareError } from "@pare/error";

export function metricModuleError(path: string, problem: string, cause?: unknown): PareError {
  return new PareError(
    {
      code: "METRIC_MODULE",
      at: path,
      problem: `this metric cannot be used: ${problem.replace(/\.$/, "")}`,
      next: "Its default export is a metric { name, better, outcome(sample) }, or a list of them.",
    },
    cause === undefined ? {} : { cause },
  );
}

export function samplesOfDataError(): PareError {
  return new PareError({
    code: "USAGE",
    at: "--samples",
    problem: "it says how many random inputs are drawn, and the recipe has data, all of which is used",
    next: "Leave it out, or leave out --data.",
  });
}

export function nothingToEvaluateError(): PareError {
  return new PareError({
    code: "USAGE",
    at: "pare evaluate",
    problem: "there is nothing to evaluate the model on",
    next: "Give data (--data recipe.yaml), or compare with the original on random inputs (--against original.onnx).",
  });
}

export function nothingToMeasureError(dataset: string): PareError {
  return new PareError({
    code: "MEASURE_LABELS",
    at: dataset,
    problem: "the data has no labels, and there is no original to compare with",
    next: "Give data with labels, or an original: --against original.onnx.",
  });
}

export function recipeWithoutDataError(recipe: string): PareError {
  return new PareError({
    code: "RECIPE_DATA",
    at: recipe,
    problem: "the recipe has no test data, and there is no original to compare with on random inputs",
    next: "Add `data: { test: … }` to the recipe, or give --against original.onnx.",
  });
}

export function modelMissingError(path: string): PareError {
  return new PareError({
    code: "FILE_MISSING",
    at: path,
    problem: "there is no such file",
    next: "Check the path of the model.",
  });
}

export function metricUnknownError(name: string, next: string): PareError {
  return new PareError({
    code: "USAGE",
    at: "pare evaluate",
    problem: `there is no metric "${name}"`,
    next,
  });
}
