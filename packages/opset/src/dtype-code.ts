import type { DType } from "@pare/tensor";

/** The file format's numbers and names of element types, as Cast had and has them in `to`. */
const types: readonly { readonly code: number; readonly name: string; readonly dtype: DType }[] = [
  { code: 1, name: "FLOAT", dtype: "float32" },
  { code: 2, name: "UINT8", dtype: "uint8" },
  { code: 3, name: "INT8", dtype: "int8" },
  { code: 4, name: "UINT16", dtype: "uint16" },
  { code: 5, name: "INT16", dtype: "int16" },
  { code: 6, name: "INT32", dtype: "int32" },
  { code: 7, name: "INT64", dtype: "int64" },
  { code: 8, name: "STRING", dtype: "string" },
  { code: 9, name: "BOOL", dtype: "bool" },
  { code: 10, name: "FLOAT16", dtype: "float16" },
  { code: 11, name: "DOUBLE", dtype: "float64" },
  { code: 12, name: "UINT32", dtype: "uint32" },
  { code: 13, name: "UINT64", dtype: "uint64" },
  { code: 16, name: "BFLOAT16", dtype: "bfloat16" },
];

export function dtypeCodeOf(dtype: DType): number | undefined {
  return types.find((type) => type.dtype === dtype)?.code;
}

/** "FLOAT" → 1, as Cast named types before opset 6. */
export function dtypeCodeOfName(name: string): number | undefined {
  return types.find((type) => type.name === name.toUpperCase())?.code;
}
