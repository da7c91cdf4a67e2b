import { PareError } from "@pare/error";

export function modelOfRecipeMissingError(place: string, model: string, folder: string): PareError {
  return new PareError({
    code: "RECIPE_MODEL",
    at: place,
    problem: `there is no file "${model}"`,
    next: `Paths start in the recipe's folder, ${folder}.`,
  });
}

export function fixedBatchError(place: string, input: string, fixed: number, wanted: number): PareError {
  return new PareError({
    code: "RECIPE_BATCH",
    at: place,
    problem: `the first size of input "${input}" is fixed`,
    expected: `a batch of ${fixed}`,
    got: `${wanted}`,
    next: `Set \`batch: ${fixed}\`, or make the size of the model's input free.`,
  });
}

export function noInputsError(place: string, why: string): PareError {
  return new PareError({
    code: "RECIPE_INPUTS",
    at: place,
    problem: `no inputs were found that the model runs on: ${why.replace(/\.$/, "")}`,
    next: "Give test data that fits the model's input, or fix free sizes with `pare simplify --input-shape`.",
  });
}

export function variableMissingError(path: string, name: string): PareError {
  return new PareError({
    code: "RECIPE_VARIABLE",
    at: path,
    problem: `the environment variable ${name} is not set`,
    next: `Set it where the command runs: ${name}=<folder> pare run recipe.yaml.`,
  });
}
