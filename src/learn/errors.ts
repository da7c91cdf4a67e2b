import { PareError } from "@pare/error";

export function unknownValueError(name: string): PareError {
  return new PareError({
    code: "LEARN_VALUE",
    at: `value "${name}"`,
    problem: "it cannot be observed: the main graph computes no value of this name",
    next: "Inputs and outputs of nodes of the main graph can be observed; constants and what is inside subgraphs cannot.",
  });
}

export function noTimingInputsError(): PareError {
  return new PareError({
    code: "LEARN_INPUTS",
    problem: "the model cannot be timed: no inputs that were tried let it run",
    next: "Give a recipe with data: its first samples are used.",
  });
}
