import { PareError } from "@pare/error";

export function inputKindError(architecture: string, expected: string, got: string): PareError {
  return new PareError({
    code: "ARCHITECTURE_INPUT",
    at: `builtin:${architecture}`,
    problem: "the network does not take this input",
    expected,
    got,
    next: "Choose another architecture, or bind other data to its input.",
  });
}

export function vocabularyError(architecture: string): PareError {
  return new PareError({
    code: "ARCHITECTURE_VOCABULARY",
    at: `builtin:${architecture}`,
    problem: "tokens need a table of known size",
    expected: "`vocabulary`: the number of different tokens",
    got: "none",
    next: `Give it in the name: builtin:${architecture}?vocabulary=256.`,
  });
}

export function headsError(width: number, heads: number): PareError {
  return new PareError({
    code: "ARCHITECTURE_HEADS",
    at: "builtin:transformer",
    problem: "its width is not divided by its heads",
    expected: `a multiple of ${heads}`,
    got: String(width),
  });
}

export function sizeError(architecture: string, most: number): PareError {
  return new PareError({
    code: "ARCHITECTURE_SIZE",
    at: `builtin:${architecture}`,
    problem: "the network would be too large for a built-in one",
    expected: `at most ${most} parameters`,
    got: "more",
    next: "Lower its width or depth, or give a model file.",
  });
}
