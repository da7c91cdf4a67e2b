import { PareError } from "@pare/error";

export function modelNotFoundError(side: "base" | "head", sha256: string, tried: readonly string[]): PareError {
  return new PareError({
    code: "COMPARE_MODEL",
    at: side,
    problem: `the model of the ${side} record was not found by its content`,
    expected: `SHA-256 ${sha256.slice(0, 12)}…`,
    got: tried.join("; "),
    next: `Give its path: --${side}-model model.onnx; or judge from the records alone: --from-records.`,
  });
}

export function otherModelError(side: "base" | "head", path: string, expected: string, got: string): PareError {
  return new PareError({
    code: "COMPARE_MODEL",
    at: path,
    problem: `this is not the model of the ${side} record`,
    expected: `SHA-256 ${expected.slice(0, 12)}…`,
    got: `${got.slice(0, 12)}…`,
    next: "Give the file that the run wrote.",
  });
}

export function comparedDataError(side: "base" | "head", why: string): PareError {
  return new PareError({
    code: "COMPARE_DATA",
    at: side,
    problem: `the models cannot be evaluated again without the test data of the ${side} record: ${why.replace(/\.$/, "")}`,
    next: "Both are evaluated on it. Leave --evaluate out to judge by the outcomes that the records hold.",
  });
}
