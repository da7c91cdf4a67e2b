import { byteSize, type DType, elementCount } from "./dtype.ts";
import { tensorSizeError } from "./errors.ts";
import { type ByteSource, MemorySource, maxWindowBytes, sameBytes } from "./source.ts";

/** A dtype, a shape and a place where the bytes can be read: row-major, little-endian, packed below 8 bits. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly source: ByteSource;
}

/** @throws TENSOR_SIZE when the source does not hold exactly the shape's elements */
export function makeTensor(dtype: DType, shape: readonly number[], data: ByteSource | Uint8Array): Tensor {
  const source = data instanceof Uint8Array ? new MemorySource(data) : data;
  const expected = byteSize(dtype, elementCount(shape));
  if (expected !== undefined && expected !== source.size) throw tensorSizeError(shape, dtype, expected, source.size);
  return { dtype, shape, source };
}

/** All bytes of a tensor that fits in memory, as one array that may be shared with the source. */
export function tensorBytes(tensor: Tensor): Uint8Array {
  const { source } = tensor;
  if (source.size <= maxWindowBytes) return source.read(0, source.size);
  const bytes = Buffer.allocUnsafeSlow(source.size);
  for (let offset = 0; offset < source.size; offset += maxWindowBytes)
    bytes.set(source.read(offset, Math.min(maxWindowBytes, source.size - offset)), offset);
  return bytes;
}

/** A copy of `bytes` that starts on an 8-byte boundary, or `bytes` where it does already. */
export function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
}

export function sizeBytes(tensor: Tensor): number {
  return tensor.source.size;
}

/** Same dtype, shape and bytes. */
export function sameTensor(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && sameBytes(a.source, b.source);
}
