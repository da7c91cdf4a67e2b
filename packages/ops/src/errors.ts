import { PareError } from "@pare/error";

/** A file asks for a tensor of so many axes that only a mistake or an attack explains it. */
export function rankTooLargeError(rank: number, most: number): PareError {
  return new PareError({
    code: "OPS_RANK",
    problem: "a tensor of too many axes",
    expected: `at most ${most}`,
    got: String(rank),
    next: "The file is probably damaged.",
  });
}

/** An expression for a size that grows beyond what anybody can use; inference takes the size for unknown. */
export function sizeTooLargeError(terms: number, most: number): PareError {
  return new PareError({
    code: "OPS_SIZE",
    problem: "a symbolic size of too many terms",
    expected: `at most ${most}`,
    got: String(terms),
  });
}
