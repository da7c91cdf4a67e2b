import { PareError } from "@pare/error";

export function recordUnreadableError(file: string, problem: string): PareError {
  return new PareError({
    code: "RECORD_UNREADABLE",
    at: file,
    problem: `this is not the record of a run: ${problem}`,
    next: "`pare run` writes record.json into the folder of each run.",
  });
}

export function recordVersionError(file: string, expected: number, got: unknown): PareError {
  return new PareError({
    code: "RECORD_VERSION",
    at: file,
    problem: "this record has another version",
    expected: `${expected}`,
    got: JSON.stringify(got) ?? "none",
    next: "Use the version of pare that wrote it, or run the recipe again.",
  });
}
