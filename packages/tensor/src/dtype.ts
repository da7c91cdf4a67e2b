/** Element types, by the field's names. `bits` is the size of one element as stored in a raw little-endian buffer. */
export const dtypes = {
  float32: { bits: 32, kind: "float" },
  float64: { bits: 64, kind: "float" },
  float16: { bits: 16, kind: "float" },
  bfloat16: { bits: 16, kind: "float" },
  float8e4m3fn: { bits: 8, kind: "float" },
  float8e4m3fnuz: { bits: 8, kind: "float" },
  float8e5m2: { bits: 8, kind: "float" },
  float8e5m2fnuz: { bits: 8, kind: "float" },
  float8e8m0: { bits: 8, kind: "float" },
  float6e2m3: { bits: 6, kind: "float" },
  float6e3m2: { bits: 6, kind: "float" },
  float4e2m1: { bits: 4, kind: "float" },
  int64: { bits: 64, kind: "int" },
  int32: { bits: 32, kind: "int" },
  int16: { bits: 16, kind: "int" },
  int8: { bits: 8, kind: "int" },
  int4: { bits: 4, kind: "int" },
  int2: { bits: 2, kind: "int" },
  uint64: { bits: 64, kind: "uint" },
  uint32: { bits: 32, kind: "uint" },
  uint16: { bits: 16, kind: "uint" },
  uint8: { bits: 8, kind: "uint" },
  uint4: { bits: 4, kind: "uint" },
  uint2: { bits: 2, kind: "uint" },
  bool: { bits: 8, kind: "bool" },
  complex64: { bits: 64, kind: "complex" },
  complex128: { bits: 128, kind: "complex" },
  /** No fixed size: see `strings.ts` for the layout of a string tensor's bytes. */
  string: { bits: undefined, kind: "string" },
} as const satisfies Record<string, { bits: number | undefined; kind: DTypeKind }>;

export type DTypeKind = "float" | "int" | "uint" | "bool" | "complex" | "string";
export type DType = keyof typeof dtypes;

export function isDType(name: string): name is DType {
  return Object.hasOwn(dtypes, name);
}

export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].kind === "float";
}

/** int, uint of any width; not bool. */
export function isInteger(dtype: DType): boolean {
  return dtypes[dtype].kind === "int" || dtypes[dtype].kind === "uint";
}

/** Elements in a shape; 1 for a scalar `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Bytes of `count` elements; elements under 8 bits are packed, the last byte padded. Undefined for strings. */
export function byteSize(dtype: DType, count: number): number | undefined {
  const { bits } = dtypes[dtype];
  return bits === undefined ? undefined : Math.ceil((count * bits) / 8);
}
