import { PareError } from "@pare/error";

export function originalMissingError(file: string): PareError {
  return new PareError({
    code: "DOCTOR_ORIGINAL",
    at: file,
    problem: "the model is quantized already, and what it should give is not known",
    next: "Give the float model: --against original.onnx, or as `model` in the recipe.",
  });
}

export function recipeMissingError(file: string): PareError {
  return new PareError({
    code: "USAGE",
    at: file,
    problem: "a model can only be diagnosed on data",
    expected: "a recipe with a data section: pare doctor model.onnx recipe.yaml",
    next: "`pare init` writes a recipe for a model and its data.",
  });
}

export function noDataError(recipe: string): PareError {
  return new PareError({
    code: "DOCTOR_DATA",
    at: recipe,
    problem: "the recipe has no data to diagnose with",
    expected: "`train` or `validation` in its data section",
    next: "Test data alone is for the end; `split` takes test data from `train`.",
  });
}
