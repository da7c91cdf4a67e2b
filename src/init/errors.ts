import { didYouMean, PareError } from "@pare/error";

export function dataMissingError(path: string): PareError {
  return new PareError({
    code: "INIT_DATA",
    at: path,
    problem: "there is no such file or folder",
    next: "Give the path of the test data, or leave --data out: then outputs are compared on random inputs.",
  });
}

export function dataKindError(path: string): PareError {
  return new PareError({
    code: "INIT_DATA",
    at: path,
    problem: "what kind of data this is cannot be told from its name",
    expected:
      "a folder of images or an archive of one, .csv, .tsv, .jsonl, .parquet, .npz, .txt, or IDX and CIFAR files",
    next: "Leave --data out and write the `data` section by hand: `pare schema` describes it.",
  });
}

export function targetMissingError(path: string): PareError {
  return new PareError({
    code: "INIT_TARGET",
    at: path,
    problem: "it is not said which column has the answers",
    next: "Add --target <name>.",
  });
}

export function targetUnknownError(path: string, target: string, columns: readonly string[]): PareError {
  const next = [didYouMean(target, columns), `Columns: ${columns.join(", ")}.`].filter((part) => part !== "");
  return new PareError({
    code: "INIT_TARGET",
    at: path,
    problem: `there is no column "${target}"`,
    next: next.join(" "),
  });
}
