import { type DType, dtypes, isDType } from "@pare/tensor";

/** TensorProto.DataType by number, and the typed data field that may hold it. */
interface DataType {
  readonly dtype: DType;
  readonly typed: "float_data" | "double_data" | "int32_data" | "int64_data" | "uint64_data" | "string_data";
  /** The IR version that brought the type. */
  readonly irVersion: number;
}

const table: Readonly<Record<number, DataType>> = {
  1: { dtype: "float32", typed: "float_data", irVersion: 1 },
  2: { dtype: "uint8", typed: "int32_data", irVersion: 1 },
  3: { dtype: "int8", typed: "int32_data", irVersion: 1 },
  4: { dtype: "uint16", typed: "int32_data", irVersion: 1 },
  5: { dtype: "int16", typed: "int32_data", irVersion: 1 },
  6: { dtype: "int32", typed: "int32_data", irVersion: 1 },
  7: { dtype: "int64", typed: "int64_data", irVersion: 1 },
  8: { dtype: "string", typed: "string_data", irVersion: 1 },
  9: { dtype: "bool", typed: "int32_data", irVersion: 1 },
  10: { dtype: "float16", typed: "int32_data", irVersion: 1 },
  11: { dtype: "float64", typed: "double_data", irVersion: 1 },
  12: { dtype: "uint32", typed: "uint64_data", irVersion: 1 },
  13: { dtype: "uint64", typed: "uint64_data", irVersion: 1 },
  14: { dtype: "complex64", typed: "float_data", irVersion: 1 },
  15: { dtype: "complex128", typed: "double_data", irVersion: 1 },
  16: { dtype: "bfloat16", typed: "int32_data", irVersion: 4 },
  17: { dtype: "float8e4m3fn", typed: "int32_data", irVersion: 9 },
  18: { dtype: "float8e4m3fnuz", typed: "int32_data", irVersion: 9 },
  19: { dtype: "float8e5m2", typed: "int32_data", irVersion: 9 },
  20: { dtype: "float8e5m2fnuz", typed: "int32_data", irVersion: 9 },
  21: { dtype: "uint4", typed: "int32_data", irVersion: 10 },
  22: { dtype: "int4", typed: "int32_data", irVersion: 10 },
  23: { dtype: "float4e2m1", typed: "int32_data", irVersion: 11 },
  24: { dtype: "float8e8m0", typed: "int32_data", irVersion: 12 },
  25: { dtype: "uint2", typed: "int32_data", irVersion: 13 },
  26: { dtype: "int2", typed: "int32_data", irVersion: 13 },
  27: { dtype: "float6e2m3", typed: "int32_data", irVersion: 14 },
  28: { dtype: "float6e3m2", typed: "int32_data", irVersion: 14 },
};

const numberOf = new Map(Object.entries(table).map(([number, { dtype }]) => [dtype, Number(number)]));

/** Undefined for 0 (UNDEFINED) and numbers that do not exist. */
export function dtypeOf(dataType: number): DType | undefined {
  return table[dataType]?.dtype;
}

export function typedFieldOf(dataType: number): DataType["typed"] | undefined {
  return table[dataType]?.typed;
}

/** TensorProto.DataType of an element type; 0 where it is unknown. */
export function dataTypeOf(dtype: DType | undefined): number {
  return dtype === undefined ? 0 : numberOf.get(dtype)!;
}

export function irVersionOf(dtype: DType): number {
  return table[dataTypeOf(dtype)]!.irVersion;
}

/** Every element type, for tests that must not forget one. */
export const allDTypes: readonly DType[] = Object.keys(dtypes).filter(isDType);
