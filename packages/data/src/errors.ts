import { PareError } from "@pare/error";

export function sampleIndexError(name: string, index: number, length: number): PareError {
  return new PareError({
    code: "DATA_INDEX",
    at: name,
    problem: "there is no such sample",
    expected: `an integer from 0 to ${length - 1}`,
    got: `${index}`,
  });
}

export function datasetSizeError(name: string, length: number, most: number): PareError {
  return new PareError({
    code: "DATA_SIZE",
    at: name,
    problem: "this number of samples cannot be made",
    expected: `an integer from 1 to ${most}`,
    got: `${length}`,
  });
}

export function batchSizeError(size: number): PareError {
  return new PareError({
    code: "DATA_BATCH",
    problem: "the batch size is not a positive integer",
    got: `${size}`,
  });
}

export function sampleTypeError(
  dataset: string,
  sample: string,
  field: string,
  expected: string,
  got: string,
): PareError {
  return new PareError({
    code: "DATA_TYPE",
    at: `"${field}" of sample ${sample} of ${dataset}`,
    problem: "the sample cannot go into this batch",
    expected,
    got,
    next: "All samples of a batch need one element type and one shape; images can be resized and cropped to one.",
  });
}

export function sampleFieldError(dataset: string, sample: string, field: string, fields: readonly string[]): PareError {
  return new PareError({
    code: "DATA_FIELD",
    at: `sample ${sample} of ${dataset}`,
    problem: `there is no field "${field}"`,
    expected: fields.join(", "),
    next: "Bind the model's inputs to fields that the data has.",
  });
}

export function transformChannelsError(part: string, channels: number, got: number): PareError {
  return new PareError({
    code: "DATA_TRANSFORM",
    at: part,
    problem: "the number of values does not match the images",
    expected: `1 value, or ${channels}: one for each channel`,
    got: `${got}`,
  });
}

export function transformValueError(part: string, expected: string, got: number): PareError {
  return new PareError({
    code: "DATA_TRANSFORM",
    at: part,
    problem: "the value is not usable",
    expected,
    got: `${got}`,
  });
}
