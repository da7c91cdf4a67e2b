import { type Fault, isPareError } from "@pare/error";

/** 0: done. 1: a gate failed. 2: bad input. 3: this program or the runtime failed. 130: Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 3 | 130 | 143;

export interface Failure {
  readonly exitCode: ExitCode;
  /** One message for a person. */
  readonly text: string;
  /** The same for a program. */
  readonly fault: Fault;
}

/** Any thrown value as a message in the house's form: no stack trace for a user's mistake. */
export function failureOf(error: unknown): Failure {
  if (isPareError(error))
    return { exitCode: error.fault.kind === "failure" ? 3 : 2, text: error.message, fault: error.fault };
  const known = systemFault(error);
  const fault = known ?? internalFault(error);
  const place = fault.at === undefined ? "" : ` at ${fault.at}`;
  const text = `${fault.code}${place}: ${fault.problem}.${fault.next === undefined ? "" : ` ${fault.next}`}`;
  return { exitCode: known ? 2 : 3, text, fault };
}

const systemProblems: Readonly<Record<string, readonly [code: string, problem: string, next: string]>> = {
  ENOENT: ["FILE_MISSING", "there is no such file or folder", "Check the path."],
  EACCES: ["FILE_ACCESS", "access is denied", "Check the permissions of the file and of its folder."],
  EPERM: ["FILE_ACCESS", "the operation is not permitted", "Check the permissions of the file and of its folder."],
  EISDIR: ["FILE_IS_FOLDER", "this is a folder", "Give the path of a file."],
  ENOTDIR: ["FILE_NO_FOLDER", "a part of this path is a file", "Check the path."],
  ENOSPC: ["DISK_FULL", "no space is left on the disk", "Free some space, or write to another disk."],
  EROFS: ["FILE_ACCESS", "the file system is read-only", "Write to another folder."],
  EMFILE: ["FILES_OPEN", "too many files are open", "Raise the limit (ulimit -n)."],
};

/** What the operating system refused, as the user's matter that it is. */
function systemFault(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  const known = systemProblems[String(error.code)];
  if (known === undefined) return undefined;
  const [code, problem, next] = known;
  return { code, problem, next, ...("path" in error && { at: String(error.path) }) };
}

function internalFault(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "INTERNAL",
    kind: "failure",
    problem: `pare failed: ${message.replace(/\.$/, "")}`,
    next: "This is a fault of pare, not of your input. Run again with --verbose for where it happened.",
  };
}
