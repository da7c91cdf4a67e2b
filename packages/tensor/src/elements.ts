import { byteSize, type DType, dtypes, elementCount, isFloat } from "./dtype.ts";
import { tensorDTypeError } from "./errors.ts";
import {
  bfloat16ToNumber,
  decodeMiniFloat,
  float8e8m0ToNumber,
  float16ToNumber,
  miniFloats,
  numberToBfloat16,
  numberToFloat16,
} from "./float.ts";
import { aligned, makeTensor, type Tensor, tensorBytes } from "./tensor.ts";

/** Element `i` of a packed buffer of `bits`-wide codes, least significant bits first. */
export function unpackCode(bytes: Uint8Array, index: number, bits: 2 | 4 | 6): number {
  const bit = index * bits;
  const low = bytes[bit >>> 3]! >>> (bit & 7);
  const spill = (bit & 7) + bits > 8 ? bytes[(bit >>> 3) + 1]! << (8 - (bit & 7)) : 0;
  return (low | spill) & ((1 << bits) - 1);
}

export function packCode(bytes: Uint8Array, index: number, bits: 2 | 4 | 6, code: number): void {
  const bit = index * bits;
  const shifted = (code & ((1 << bits) - 1)) << (bit & 7);
  bytes[bit >>> 3]! |= shifted & 0xff;
  if ((bit & 7) + bits > 8) bytes[(bit >>> 3) + 1]! |= shifted >>> 8;
}

function signed(code: number, bits: number): number {
  return code >= 1 << (bits - 1) ? code - (1 << bits) : code;
}

function elementReader(dtype: DType, bytes: Uint8Array): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case "float32":
      return (i) => view.getFloat32(i * 4, true);
    case "float64":
      return (i) => view.getFloat64(i * 8, true);
    case "float16":
      return (i) => float16ToNumber(view.getUint16(i * 2, true));
    case "bfloat16":
      return (i) => bfloat16ToNumber(view.getUint16(i * 2, true));
    case "float8e8m0":
      return (i) => float8e8m0ToNumber(bytes[i]!);
    case "float8e4m3fn":
    case "float8e4m3fnuz":
    case "float8e5m2":
    case "float8e5m2fnuz":
      return (i) => decodeMiniFloat(bytes[i]!, miniFloats[dtype]);
    case "float6e2m3":
    case "float6e3m2":
      return (i) => decodeMiniFloat(unpackCode(bytes, i, 6), miniFloats[dtype]);
    case "float4e2m1":
      return (i) => decodeMiniFloat(unpackCode(bytes, i, 4), miniFloats[dtype]);
    case "int64":
      return (i) => Number(view.getBigInt64(i * 8, true));
    case "uint64":
      return (i) => Number(view.getBigUint64(i * 8, true));
    case "int32":
      return (i) => view.getInt32(i * 4, true);
    case "uint32":
      return (i) => view.getUint32(i * 4, true);
    case "int16":
      return (i) => view.getInt16(i * 2, true);
    case "uint16":
      return (i) => view.getUint16(i * 2, true);
    case "int8":
      return (i) => view.getInt8(i);
    case "uint8":
    case "bool":
      return (i) => bytes[i]!;
    case "int4":
      return (i) => signed(unpackCode(bytes, i, 4), 4);
    case "uint4":
      return (i) => unpackCode(bytes, i, 4);
    case "int2":
      return (i) => signed(unpackCode(bytes, i, 2), 2);
    case "uint2":
      return (i) => unpackCode(bytes, i, 2);
    case "complex64":
    case "complex128":
    case "string":
      throw tensorDTypeError(dtype, "a real number type");
  }
}

/**
 * The elements as numbers, for tensors that fit in memory. int64 and uint64 beyond ±2^53 lose digits: use `bigints`.
 * @throws TENSOR_DTYPE for complex and string tensors
 */
export function numbers(tensor: Tensor): Float64Array {
  const bytes = tensorBytes(tensor);
  const Elements = asTheyLie[tensor.dtype];
  if (Elements !== undefined) {
    const { buffer, byteOffset, byteLength } = aligned(bytes);
    return new Float64Array(new Elements(buffer, byteOffset, byteLength / Elements.BYTES_PER_ELEMENT));
  }
  const read = elementReader(tensor.dtype, bytes);
  return Float64Array.from({ length: elementCount(tensor.shape) }, (_, i) => read(i));
}

/** Whether an element is no number. A loop over the elements as they lie: samples are looked through whenever they are read. */
export function isAnyNaN(tensor: Tensor): boolean {
  if (!isFloat(tensor.dtype)) return false;
  const values = tensor.dtype === "float32" ? float32s(tensor) : numbers(tensor);
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/** Types whose elements JavaScript reads without decoding: ten times as fast. */
const asTheyLie: Partial<Record<DType, ElementsConstructor>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
};

interface ElementsConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayLike<number>;
}

/** The elements of a float32 tensor without conversion; the array may be shared with the source: do not write. */
export function float32s(tensor: Tensor): Float32Array {
  if (tensor.dtype !== "float32") throw tensorDTypeError(tensor.dtype, "float32");
  const bytes = aligned(tensorBytes(tensor));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Exact values of an integer or bool tensor. */
export function bigints(tensor: Tensor): bigint[] {
  const { kind } = dtypes[tensor.dtype];
  if (tensor.dtype === "int64" || tensor.dtype === "uint64") {
    const bytes = tensorBytes(tensor);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const read = tensor.dtype === "int64" ? "getBigInt64" : "getBigUint64";
    return Array.from({ length: bytes.length / 8 }, (_, i) => view[read](i * 8, true));
  }
  if (kind !== "int" && kind !== "uint" && kind !== "bool") throw tensorDTypeError(tensor.dtype, "an integer type");
  return Array.from(numbers(tensor), BigInt);
}

/** A new tensor in memory. Integers are taken modulo their width; floats are rounded to nearest even. */
export function tensorOf(dtype: DType, shape: readonly number[], values: ArrayLike<number | bigint>): Tensor {
  const size = byteSize(dtype, values.length);
  if (size === undefined) throw tensorDTypeError(dtype, "a type of fixed size; see stringTensor");
  const bytes = new Uint8Array(size);
  const write = elementWriter(dtype, bytes);
  for (let i = 0; i < values.length; i++) write(i, values[i]!);
  return makeTensor(dtype, shape, bytes);
}

function elementWriter(dtype: DType, bytes: Uint8Array): (index: number, value: number | bigint) => void {
  const view = new DataView(bytes.buffer);
  switch (dtype) {
    case "float32":
      return (i, v) => view.setFloat32(i * 4, Number(v), true);
    case "float64":
      return (i, v) => view.setFloat64(i * 8, Number(v), true);
    case "float16":
      return (i, v) => view.setUint16(i * 2, numberToFloat16(Number(v)), true);
    case "bfloat16":
      return (i, v) => view.setUint16(i * 2, numberToBfloat16(Number(v)), true);
    case "int64":
    case "uint64":
      return (i, v) => view.setBigUint64(i * 8, BigInt.asUintN(64, BigInt(v)), true);
    case "int32":
    case "uint32":
      return (i, v) => view.setUint32(i * 4, Number(v) >>> 0, true);
    case "int16":
    case "uint16":
      return (i, v) => view.setUint16(i * 2, Number(v) & 0xffff, true);
    case "int8":
    case "uint8":
      return (i, v) => view.setUint8(i, Number(v) & 0xff);
    case "bool":
      return (i, v) => view.setUint8(i, Number(v) === 0 ? 0 : 1);
    case "int4":
    case "uint4":
      return (i, v) => packCode(bytes, i, 4, Number(v));
    case "int2":
    case "uint2":
      return (i, v) => packCode(bytes, i, 2, Number(v));
    default:
      throw tensorDTypeError(dtype, "a type that numbers can be written to");
  }
}
