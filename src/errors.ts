import { PareError } from "@pare/error";

export function usageError(problem: string, next: string, command?: string): PareError {
  return new PareError({
    code: "USAGE",
    at: command === undefined ? "pare" : `pare ${command}`,
    problem,
    next,
  });
}

export function fileExistsError(path: string): PareError {
  return new PareError({
    code: "FILE_EXISTS",
    at: path,
    problem: "the file exists already",
    next: "Give another name, or --force to replace it.",
  });
}

export function modelToInitMissingError(model: string): PareError {
  return new PareError({
    code: "MODEL_MISSING",
    at: model,
    problem: "there is no such model",
    next: "Give the path of an .onnx file, or builtin:quickstart.",
  });
}
