import { PareError } from "@pare/error";

export function outputsMovedError(path: string, problem: string): PareError {
  return new PareError({
    code: "SIMPLIFY_CHECK",
    kind: "failure",
    at: path,
    problem: `the simplified model is not the same: ${problem}`,
    next: "Nothing was written. --except with the names of nodes leaves them alone; please report the model.",
  });
}

export function inputShapeFormError(written: string): PareError {
  return new PareError({
    code: "USAGE",
    at: `--input-shape ${written}`,
    problem: "this cannot be read",
    expected: "the input's name, a colon and its sizes: image:1,3,224,224",
    next: "`pare inspect` shows the names of the inputs.",
  });
}
