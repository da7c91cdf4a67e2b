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

export function optionUnfitError(flag: string, scheme: string, fits: readonly string[]): PareError {
  return new PareError({
    code: "USAGE",
    at: `--${flag}`,
    problem: `--scheme ${scheme} has no such option`,
    expected: fits.length > 0 ? `one of --${fits.join(", --")}` : "none",
    next: "`pare quantize --help` lists them.",
  });
}
