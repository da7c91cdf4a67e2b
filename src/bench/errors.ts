import { PareError } from "@pare/error";

export function benchBatchError(file: string, input: string, fixed: number, wanted: number): PareError {
  return new PareError({
    code: "BENCH_BATCH",
    at: `input "${input}" of ${file}`,
    problem: "the first size of this input is fixed",
    expected: `a batch of ${fixed}`,
    got: `${wanted}`,
    next: `Give --batch ${fixed}, or make the size free.`,
  });
}

export function benchShapeError(input: string, given: readonly number[], declared: string): PareError {
  return new PareError({
    code: "BENCH_SHAPE",
    at: `--input-shape ${input}:${given.join(",")}`,
    problem: `no model takes these sizes`,
    expected: declared,
    next: "`pare inspect` shows the inputs of a model and their sizes.",
  });
}

export function benchInputsError(file: string, why: string): PareError {
  return new PareError({
    code: "BENCH_INPUTS",
    at: file,
    problem: `no random inputs were found that the model runs on: ${why.replace(/\.$/, "")}`,
    next: "Give the sizes of its inputs: --input-shape name:1,3,224,224; or data: --data recipe.yaml.",
  });
}
