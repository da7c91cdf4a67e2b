import { PareError } from "@pare/error";

const openAgain = "Open the model again: the engine starts a new process.";

/** Below the line that tells the fault come stack frames and the like. */
function lastWords(lines: readonly string[]): { got?: string } {
  const words = lines.findLast((line) => /error|fail|what\(\)|terminate/i.test(line)) ?? lines.at(-1);
  return words === undefined ? {} : { got: `last message "${words}"` };
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** What the native libraries printed last. */
  readonly lines: readonly string[];
}

export function crashedError(doing: string, { code, signal, lines }: ProcessEnd): PareError {
  const memory = signal === "SIGKILL" ? " The system may have ended it for its memory: see a smaller batch." : "";
  return new PareError({
    code: "ENGINE_CRASHED",
    kind: "failure",
    problem: `ONNX Runtime's process ended by ${signal ?? `exit code ${code}`} while ${doing}`,
    ...lastWords(lines),
    next: `${openAgain}${memory} If it happens again, lower optimize or choose another device.`,
  });
}

export function timeoutError(doing: string, timeoutMs: number): PareError {
  return new PareError({
    code: "ENGINE_TIMEOUT",
    kind: "failure",
    problem: `${doing} took more than ${timeoutMs} ms and was stopped`,
    next: `Raise the time limit, or make the batch smaller. ${openAgain}`,
  });
}

export function abortedError(doing: string): PareError {
  return new PareError({ code: "ENGINE_ABORTED", kind: "failure", problem: `${doing} was stopped on request` });
}

/** The process that held the session is gone for a reason that is not this request's. */
export function lostError(reason: string): PareError {
  return new PareError({
    code: "ENGINE_LOST",
    kind: "failure",
    problem: `the session's process is gone: ${reason}`,
    next: openAgain,
  });
}

/** For those who come after what ended the process. */
export function lostAfter(end: PareError): PareError {
  return end.fault.code === "ENGINE_LOST" ? end : lostError(end.fault.problem);
}

export function closedError(at: string): PareError {
  return new PareError({ code: "ENGINE_CLOSED", kind: "failure", at, problem: "the session was closed before" });
}

export function foreignSessionError(): PareError {
  return new PareError({
    code: "ENGINE_FOREIGN",
    kind: "failure",
    problem: "a session to be timed is not open in this engine's process",
    next: "Open all sessions that are compared with one engine, after its latest restart.",
  });
}

export function startError(problem: string): PareError {
  return new PareError({
    code: "ENGINE_START",
    kind: "failure",
    problem: `ONNX Runtime's process could not be started: ${problem}`,
    next: "`pare doctor` shows what this machine offers.",
  });
}

export function hostMissingError(paths: readonly string[]): PareError {
  return new PareError({
    code: "ENGINE_START",
    kind: "failure",
    problem: "the program of ONNX Runtime's process is missing",
    expected: paths.join(" or "),
    next: "Run `npm run build`, or install the package again.",
  });
}

/** The data of a request could not be read to its end, so the process waits for bytes that do not come. */
export function sendError(error: unknown, doing: string): PareError {
  if (error instanceof PareError) return error;
  return new PareError({
    code: "ENGINE_DATA",
    kind: "failure",
    problem: `the data for ${doing} could not be read: ${error instanceof Error ? error.message : String(error)}`,
  });
}

/** The reply does not fit into this process's memory, or makes no sense. */
export function replyError(error: unknown, doing: string): PareError {
  return new PareError({
    code: "ENGINE_DATA",
    kind: "failure",
    problem: `the result of ${doing} could not be taken: ${error instanceof Error ? error.message : String(error)}`,
    next: "Fetch fewer outputs, or make the batch smaller.",
  });
}

export function notProfiledError(at: string, option: "profile" | "optimizedModel"): PareError {
  return new PareError({
    code: "ENGINE_OPTION",
    kind: "failure",
    at,
    problem: `the session was opened without ${option}`,
    next: `Open it with \`${option}: true\`.`,
  });
}

/** In the runtime's process: the text alone crosses. */
export function axisError(axis: number, shape: readonly number[], before?: number): Error {
  const size = before === undefined ? "" : `, which had ${before} channels before`;
  return new Error(`a value of shape [${shape.join(", ")}] cannot be observed along axis ${axis}${size}`);
}

export function inputError(at: string, fault: { problem: string; expected?: string; got?: string; next?: string }) {
  return new PareError({ code: "ENGINE_INPUT", kind: "input", at, ...fault });
}

export function outputError(at: string, fault: { problem: string; expected?: string; got?: string; next?: string }) {
  return new PareError({ code: "ENGINE_OUTPUT", kind: "input", at, ...fault });
}
