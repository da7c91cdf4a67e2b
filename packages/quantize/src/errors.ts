import { isPareError, PareError } from "@pare/error";

export function rangeMissingError(value: string): PareError {
  return new PareError({
    code: "QUANTIZE_RANGE",
    at: `value "${value}"`,
    problem: "its range is not known, so no scale can be chosen",
    next: "Calibration must observe it, or the value must stay float.",
  });
}

export function needsCalibrationError(pass: string): PareError {
  return new PareError({
    code: "QUANTIZE_DATA",
    at: pass,
    problem: "there is no data to calibrate with, and made-up data would give wrong scales",
    expected: "training data: `train` in the data section of the recipe, or --data recipe.yaml",
    next: "Without data quantize/storage and quantize/float16 are possible, and for matrix products quantize/dynamic.",
  });
}

export function needsOriginalError(pass: string): PareError {
  return new PareError({
    code: "QUANTIZE_ORIGINAL",
    at: pass,
    problem: "there is no model from before quantization to compare with",
    expected: "a step that quantizes before this one",
    next: "Put quantize/static, quantize/storage or another lossy step before it in the recipe.",
  });
}

/** A range that no grid can have. */
export function rangeError(min: number, max: number): PareError {
  return new PareError({
    code: "QUANTIZE_RANGE",
    problem: "no grid can be made for this range",
    expected: "finite numbers, min ≤ max",
    got: `${min} to ${max}`,
    next: "Look for NaN or infinity in the model's weights, or in what it computes on the calibration data.",
  });
}

const notFiniteCode = "QUANTIZE_NOT_FINITE";

/** Whether a weight was refused because of NaN or infinity in it. */
export function isNotFinite(error: unknown): boolean {
  return isPareError(error) && error.fault.code === notFiniteCode;
}

export function nonFiniteWeightError(count: number): PareError {
  return new PareError({
    code: notFiniteCode,
    problem: "a weight holds numbers that are not finite, which no integer can stand for",
    expected: "finite numbers",
    got: `${count} NaN or infinite`,
    next: "Mend the model, or leave the nodes that use this weight out (except).",
  });
}

export function weightTypeError(dtype: string): PareError {
  return new PareError({
    code: "QUANTIZE_WEIGHT",
    problem: "only float weights can be quantized",
    expected: "float32, float16, bfloat16 or float64",
    got: dtype,
  });
}

export function weightAxisError(axis: number, shape: readonly number[]): PareError {
  return new PareError({
    code: "QUANTIZE_WEIGHT",
    problem: "a weight has no such axis to have a scale for each element of",
    expected: `0 to ${shape.length - 1} for shape [${shape.join(", ")}]`,
    got: String(axis),
  });
}

export function targetUnknownError(name: string, hint: string, known: readonly string[]): PareError {
  return new PareError({
    code: "QUANTIZE_TARGET",
    at: `target "${name}"`,
    problem: "there is no target of this name",
    expected: known.join(", "),
    next: `${hint} A file of your own is given by its path: ./target.yaml.`.trim(),
  });
}

export function emptyCalibrationError(): PareError {
  return new PareError({
    code: "QUANTIZE_DATA",
    problem: "the calibration data has no samples",
    expected: "at least one",
    next: "Check the path in the data section of the recipe, and `split`.",
  });
}

export function blockShapeError(count: number, block: number): PareError {
  return new PareError({
    code: "QUANTIZE_WEIGHT",
    problem: "blocks along the last axis must divide it",
    expected: `a multiple of ${block}`,
    got: String(count),
    next: "Choose another block size.",
  });
}
