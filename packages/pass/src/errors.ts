import { PareError } from "@pare/error";

export function passOptionsError(pass: string, problem: string): PareError {
  return new PareError({ code: "PASS_OPTIONS", at: pass, problem });
}

export function passPromiseError(pass: string, promised: string, problem: string): PareError {
  return new PareError({
    code: "PASS_PROMISE",
    kind: "failure",
    at: pass,
    problem: `promised ${promised}, but ${problem}`,
    next: "The graph was restored.",
  });
}

export function nothingSelectedError(pattern: string, question: string): PareError {
  return new PareError({
    code: "SELECT_NOTHING",
    at: JSON.stringify(pattern),
    problem: "no node and no value of the model has such a name",
    expected: 'a name with * and ?, or an operator after "op:"',
    next: `${question} \`pare inspect --target auto\` names the nodes.`.trim(),
  });
}

export function patternError(pattern: string): PareError {
  return new PareError({
    code: "SELECT_PATTERN",
    at: JSON.stringify(pattern),
    problem: "a selector is empty",
    expected: 'a name with * and ?, or an operator after "op:"',
  });
}
