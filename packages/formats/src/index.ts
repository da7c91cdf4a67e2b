import type { Model } from "@pare/ir";
import { unsupportedFormatError } from "./errors.ts";
import { openModelFile, readModel } from "./onnx/read-model.ts";
import { checkMagic, isTensorflowJs } from "./sniff.ts";

export * from "./onnx/index.ts";

export type FormatName = Model["format"];

/**
 * What kind of model a file is, by its first bytes.
 * @throws MODEL_MISSING, and MODEL_FORMAT when the file is known to be something else
 */
export function detectFormat(path: string): FormatName {
  const source = openModelFile(path);
  if (isTensorflowJs(source)) return "tfjs";
  checkMagic(source, path);
  return "onnx";
}

/** Reads a model of any format that is known. */
export function readModelFile(path: string): Model {
  const format = detectFormat(path);
  if (format === "onnx") return readModel(path);
  throw unsupportedFormatError(path, format);
}
