import { PareError } from "@pare/error";

export function noTrainingDataError(recipe: string): PareError {
  return new PareError({
    code: "QUANTIZE_DATA",
    at: recipe,
    problem: "the recipe has no data to calibrate with: test data alone is for the end",
    expected: "`train` (or `validation`) in its data section; `split` takes test data from it",
    next: "Without --data the schemes storage and float16 are possible, and for matrix products dynamic.",
  });
}

export function simplifiedAwayError(pattern: string): PareError {
  return new PareError({
    code: "SELECT_NOTHING",
    at: JSON.stringify(pattern),
    problem: "what has this name is gone once the model is simplified, so nothing would be selected by it",
    next: "Name what took its place (`pare simplify`, then `pare inspect --target auto`), or give --no-simplify.",
  });
}

export function optionIdleError(flag: string): PareError {
  return new PareError({
    code: "USAGE",
    at: `--${flag}`,
    problem: "this says how ranges are cut by percentile, and they are not",
    next: "Give --calibrate percentile too.",
  });
}

export function optionUnfitError(flag: string, scheme: string, fits: readonly string[]): PareError {
  return new PareError({
    code: "USAGE",
    at: `--${flag}`,
    problem: `--scheme ${scheme} has no such option`,
    expected: fits.length > 0 ? `one of --${fits.join(", --")}` : "none",
    next: "`pare quantize --help` lists them.",
  });
}
