import { didYouMean, PareError } from "@pare/error";

export const gateGrammar =
  "A gate compares metrics and numbers: + - * /, < <= > >= == !=, and, or, not, min(), max(), abs().";

export function gateSyntaxError(place: string, problem: string): PareError {
  return new PareError({ code: "GATE_SYNTAX", at: place, problem, next: gateGrammar });
}

export function gateLengthError(place: string, length: number, limit: number): PareError {
  return new PareError({
    code: "GATE_LENGTH",
    at: place,
    problem: "this gate is too long",
    expected: `at most ${limit} characters`,
    got: `${length}`,
    next: "Split it: every gate of the list must hold.",
  });
}

export function gateUnknownError(place: string, path: string, names: readonly string[]): PareError {
  const next = [didYouMean(path, names), `Metrics of this recipe: ${names.join(", ")}.`];
  return new PareError({
    code: "GATE_METRIC",
    at: place,
    problem: `there is no metric "${path}"`,
    next: next.filter((part) => part !== "").join(" "),
  });
}

export interface UnknownClass {
  readonly name: string;
  readonly classes: readonly string[];
  /** The metrics that there are. */
  readonly choices: readonly string[];
}

export function gateClassError(place: string, { name, classes, choices }: UnknownClass): PareError {
  const next = [didYouMean(name, classes), `Write one of: ${choices.join(", ")}.`];
  return new PareError({
    code: "GATE_METRIC",
    at: place,
    problem: `there is no class "${name}"`,
    next: (classes.length === 0 ? ["The test data has no classes."] : next).filter((part) => part !== "").join(" "),
  });
}

export function gateAmbiguousError(place: string, path: string, choices: readonly string[]): PareError {
  return new PareError({
    code: "GATE_AMBIGUOUS",
    at: place,
    problem: `"${path}" may mean several metrics`,
    next: `Write one of: ${choices.join(", ")}.`,
  });
}
