import { PareError } from "@pare/error";

/** A file that is something else than a model, or a model of a kind that cannot be read. */
export function notAModelError(path: string, got: string, next: string): PareError {
  return new PareError({ code: "MODEL_FORMAT", at: path, problem: "this is no ONNX model", got, next });
}

export function modelMissingError(path: string, why: string): PareError {
  return new PareError({ code: "MODEL_MISSING", at: path, problem: `the model cannot be opened: ${why}` });
}

/** The protobuf bytes cannot be followed. `offset`: bytes from the start of the file. */
export function wireError(at: string, offset: number, problem: string): PareError {
  return new PareError({
    code: "ONNX_BYTES",
    at,
    problem: `${problem} at byte ${offset}`,
    next: "The file is damaged or incomplete; fetch or export it again.",
  });
}

/** The bytes can be followed, what they say cannot be right. */
export function contentError(at: string, problem: string, facts: { expected?: string; got?: string } = {}): PareError {
  return new PareError({ code: "ONNX_CONTENT", at, problem, ...facts });
}

export function depthError(at: string, what: string, limit: number): PareError {
  return new PareError({
    code: "ONNX_DEPTH",
    at,
    problem: `${what} are nested too deeply`,
    expected: `at most ${limit} levels`,
  });
}

export function tooManyError(at: string, what: string, limit: number): PareError {
  return new PareError({
    code: "ONNX_TOO_MANY",
    at,
    problem: `the file holds too many ${what}`,
    expected: `at most ${limit}`,
    next: "No real model is that large; the file is damaged or hostile.",
  });
}

export function tensorDataError(at: string, problem: string, expected: string, got: string): PareError {
  return new PareError({ code: "ONNX_TENSOR", at, problem, expected, got });
}

export function externalPathError(at: string, location: string, why: string): PareError {
  return new PareError({
    code: "ONNX_EXTERNAL_PATH",
    at,
    problem: `external data at ${JSON.stringify(location)} is refused: ${why}`,
    expected: "a regular file inside the model's folder",
    next: "Put the data file beside the model; paths that leave its folder are never followed.",
  });
}

export function externalMissingError(at: string, location: string, folder: string | undefined): PareError {
  return new PareError({
    code: "ONNX_EXTERNAL_MISSING",
    at,
    problem: `the external data file ${JSON.stringify(location)} is not there`,
    ...(folder !== undefined && { expected: `the file in ${folder}` }),
    next:
      folder === undefined
        ? "The model was read from memory; read it from its file instead."
        : "Models with external data consist of several files: fetch all of them into one folder.",
  });
}

export function externalRangeError(at: string, location: string, expected: string, sizeBytes: number): PareError {
  return new PareError({
    code: "ONNX_EXTERNAL_RANGE",
    at,
    problem: `the external data file ${JSON.stringify(location)} is too short`,
    expected,
    got: `${sizeBytes} bytes`,
    next: "The download may be incomplete, or the file belongs to another model.",
  });
}

export function outputExistsError(path: string): PareError {
  return new PareError({
    code: "OUTPUT_EXISTS",
    at: path,
    problem: "a file of that name is there already",
    next: "Choose another name, or overwrite it with --force.",
  });
}

export function outputIsInputError(path: string): PareError {
  return new PareError({
    code: "OUTPUT_IS_INPUT",
    at: path,
    problem: "this file cannot be replaced: weights of the model are still read from it",
    next: "Write to another name and move the file afterwards.",
  });
}

export function outputFailedError(path: string, cause: unknown): PareError {
  const message = cause instanceof Error ? cause.message : String(cause);
  // The system's words without its code and the call: "EACCES: permission denied, open '/x'".
  const [, words = message] = /^E[A-Z0-9]+: (.*?)(, \w+( '.*)?)?$/.exec(message) ?? [];
  return new PareError(
    { code: "OUTPUT_FAILED", kind: "failure", at: path, problem: `the model cannot be written: ${words}` },
    { cause },
  );
}

export function tooLargeError(sizeBytes: number, why: string): PareError {
  return new PareError({
    code: "ONNX_TOO_LARGE",
    problem: `the model does not fit into one file: ${why}`,
    expected: "less than 2 GiB (the limit of protobuf)",
    got: `${sizeBytes} bytes`,
    next: "Let the weights go to an external data file.",
  });
}

export function cannotWriteError(at: string, problem: string): PareError {
  return new PareError({ code: "ONNX_UNWRITABLE", kind: "failure", at, problem });
}

export function fileChangedError(path: string): PareError {
  return new PareError({
    code: "MODEL_CHANGED",
    kind: "failure",
    at: path,
    problem: "the file changed while the model was in use",
    next: "Start again, and leave the file alone meanwhile.",
  });
}

export function unsupportedFormatError(path: string, format: string): PareError {
  return new PareError({
    code: "MODEL_UNSUPPORTED",
    at: path,
    problem: `models of the format ${format} cannot be read by this version`,
    next: "Give an ONNX file.",
  });
}

export function outputIsFolderError(path: string): PareError {
  return new PareError({
    code: "OUTPUT_FOLDER",
    at: path,
    problem: "this is a folder",
    expected: "the name of a file to write",
  });
}

export function outputFolderError(path: string, folder: string): PareError {
  return new PareError({
    code: "OUTPUT_FOLDER",
    at: path,
    problem: `the folder ${folder} is not there`,
    next: "Create it first.",
  });
}
