import { PareError } from "@pare/error";

export function inputShapeError(input: string, problem: string, expected: string, got: string): PareError {
  return new PareError({ code: "INPUT_SHAPE", at: `input "${input}"`, problem, expected, got });
}
