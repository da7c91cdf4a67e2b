import { elementCount } from "./dtype.ts";
import { tensorDTypeError } from "./errors.ts";
import { makeTensor, type Tensor, tensorBytes } from "./tensor.ts";

/**
 * The bytes of a string tensor: for each element its length as a little-endian uint32, then its bytes
 * (UTF-8 by convention, any bytes in fact).
 */
export function stringTensor(shape: readonly number[], values: readonly (string | Uint8Array)[]): Tensor {
  const encoder = new TextEncoder();
  const parts = values.map((value) => (typeof value === "string" ? encoder.encode(value) : value));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setUint32(offset, part.length, true);
    bytes.set(part, offset + 4);
    offset += 4 + part.length;
  }
  if (elementCount(shape) !== values.length) throw tensorDTypeError(`${values.length} strings`, `shape [${shape}]`);
  return makeTensor("string", shape, bytes);
}

/** Each element's bytes. */
export function stringBytes(tensor: Tensor): Uint8Array[] {
  if (tensor.dtype !== "string") throw tensorDTypeError(tensor.dtype, "string");
  const bytes = tensorBytes(tensor);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = view.getUint32(offset, true);
    values.push(bytes.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return values;
}
