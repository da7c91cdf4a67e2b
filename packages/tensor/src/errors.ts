import { PareError } from "@pare/error";

export function byteRangeError(offset: number, length: number, size: number, path?: string): PareError {
  return new PareError({
    code: "DATA_RANGE",
    ...(path !== undefined && { at: path }),
    problem: `bytes ${offset} to ${offset + length} are not there`,
    expected: "a range inside the data",
    got: `${size} bytes in all`,
    next: "The file may be incomplete or have changed while it was read.",
  });
}

export function tensorSizeError(shape: readonly number[], dtype: string, expected: number, got: number): PareError {
  return new PareError({
    code: "TENSOR_SIZE",
    problem: `a ${dtype} tensor of shape [${shape.join(", ")}] does not match its data`,
    expected: `${expected} bytes`,
    got: `${got}`,
  });
}

export function tensorDTypeError(dtype: string, wanted: string): PareError {
  return new PareError({
    code: "TENSOR_DTYPE",
    problem: "a tensor has another element type",
    expected: wanted,
    got: dtype,
  });
}
