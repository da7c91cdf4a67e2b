import type { Dim, ValueType } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { Shape } from "./broadcast.ts";
import { rankTooLargeError } from "./errors.ts";

export function tensorType(dtype: DType | undefined, shape: Shape | undefined): ValueType {
  return { kind: "tensor", dtype, shape };
}

export function scalarType(dtype: DType | undefined): ValueType {
  return tensorType(dtype, []);
}

/** The element type of a tensor; undefined for anything else. */
export function dtypeOf(type: ValueType | undefined): DType | undefined {
  return type?.kind === "tensor" || type?.kind === "sparse-tensor" ? type.dtype : undefined;
}

/** The shape of a tensor of known rank. */
export function shapeOf(type: ValueType | undefined): Shape | undefined {
  return type?.kind === "tensor" || type?.kind === "sparse-tensor" ? type.shape : undefined;
}

/** More axes than any tensor has. */
const highestRank = 1024;

/**
 * `rank` axes of unknown size.
 * @throws OPS_RANK: the number comes from a file, and may be anything
 */
export function unknownDims(rank: number): Dim[] {
  if (rank > highestRank) throw rankTooLargeError(rank, highestRank);
  return new Array<Dim>(rank).fill(undefined);
}

/** Axis −1 of rank 4 is 3. Undefined where it is outside. */
export function axisIndex(axis: number, rank: number): number | undefined {
  const index = axis < 0 ? axis + rank : axis;
  return index >= 0 && index < rank ? index : undefined;
}

/** ONNX's numbers for element types, as Cast's `to` and others have them. */
const dtypeCodes: Readonly<Record<number, DType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
  24: "float8e8m0",
  25: "uint2",
  26: "int2",
};

export function dtypeOfCode(code: number | undefined): DType | undefined {
  return code === undefined ? undefined : dtypeCodes[code];
}

/** The number of an element type, the other way. */
export function codeOfDType(dtype: DType): number {
  return Number(Object.keys(dtypeCodes).find((code) => dtypeCodes[Number(code)] === dtype));
}
