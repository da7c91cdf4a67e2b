import { didYouMean, PareError } from "@pare/error";

export function unknownBuiltinError(reference: string, name: string, known: readonly string[]): PareError {
  return new PareError({
    code: "MODEL_BUILTIN",
    at: reference,
    problem: `there is no built-in model "${name}"`,
    next: sentences(didYouMean(name, known), `Networks without weights: ${known.join(", ")}.`),
  });
}

export function builtinOptionError(reference: string, option: string, known: readonly string[]): PareError {
  return new PareError({
    code: "MODEL_BUILTIN",
    at: reference,
    problem: `unknown option "${option}"`,
    next: sentences(didYouMean(option, known), `Options: ${known.join(", ")}.`),
  });
}

export function builtinValueError(reference: string, option: string, value: string): PareError {
  return new PareError({
    code: "MODEL_BUILTIN",
    at: reference,
    problem: `option "${option}" is no size`,
    expected: "a positive number",
    got: JSON.stringify(value),
  });
}

export function namedModelMissingError(reference: string, folder: string): PareError {
  return new PareError({
    code: "MODEL_MISSING",
    at: reference,
    problem: "there is no such file",
    next: `Paths start in the recipe's folder, ${folder}.`,
  });
}

export function networkDataError(reference: string, problem: string): PareError {
  return new PareError({
    code: "MODEL_DATA",
    at: reference,
    problem,
    expected: "data with labels by class and one field, or `ids`",
    next: "An untrained network takes its input and its classes from the recipe's data.",
  });
}

function sentences(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(" ");
}
