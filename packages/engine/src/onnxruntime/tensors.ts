import { type DType, stringBytes, stringTensor, tensorBytes } from "@pare/tensor";
import type * as ort from "onnxruntime-node";
import type { TensorHeader } from "./protocol.ts";

/**
 * Tensors as the runtime's JavaScript binding holds them, over the same bytes, in the runtime process.
 * What the binding cannot hold (bfloat16, float8, complex, types packed below 8 bits) has no view here.
 */

type View = (buffer: ArrayBuffer, offset: number, count: number) => ArrayBufferView;

const views: Partial<Record<DType, { readonly elementBytes: number; readonly view: View }>> = {
  float32: { elementBytes: 4, view: (...at) => new Float32Array(...at) },
  float64: { elementBytes: 8, view: (...at) => new Float64Array(...at) },
  float16: { elementBytes: 2, view: (...at) => new Uint16Array(...at) },
  int64: { elementBytes: 8, view: (...at) => new BigInt64Array(...at) },
  int32: { elementBytes: 4, view: (...at) => new Int32Array(...at) },
  int16: { elementBytes: 2, view: (...at) => new Int16Array(...at) },
  int8: { elementBytes: 1, view: (...at) => new Int8Array(...at) },
  uint64: { elementBytes: 8, view: (...at) => new BigUint64Array(...at) },
  uint32: { elementBytes: 4, view: (...at) => new Uint32Array(...at) },
  uint16: { elementBytes: 2, view: (...at) => new Uint16Array(...at) },
  uint8: { elementBytes: 1, view: (...at) => new Uint8Array(...at) },
  bool: { elementBytes: 1, view: (...at) => new Uint8Array(...at) },
};

/** Whether a tensor of this type can be an input or output of a session. */
export function canCross(dtype: string): dtype is DType {
  return dtype === "string" || Object.hasOwn(views, dtype);
}

type TensorMaker = new (type: string, data: unknown, dims: readonly number[]) => ort.Tensor;

/** `bytes` must start on an element boundary; they are not copied. */
export function feedOf(
  Tensor: typeof ort.Tensor,
  { dtype, shape }: TensorHeader,
  bytes: Uint8Array<ArrayBuffer>,
): ort.Tensor {
  const make: unknown = Tensor;
  return new (make as TensorMaker)(dtype, feedData(dtype, bytes), shape);
}

function feedData(dtype: DType, bytes: Uint8Array<ArrayBuffer>): ArrayBufferView | string[] {
  if (dtype === "string") {
    const decoder = new TextDecoder();
    return stringBytes({ dtype, shape: [], source: { size: bytes.length, read: () => bytes } }).map((value) =>
      decoder.decode(value),
    );
  }
  const { elementBytes, view } = views[dtype]!;
  return view(bytes.buffer, bytes.byteOffset, bytes.byteLength / elementBytes);
}

/** The bytes of an output, not copied; strings in the layout of `@pare/tensor`. */
export function outputBytes(tensor: ort.Tensor): Uint8Array {
  const { data } = tensor;
  if (Array.isArray(data)) return tensorBytes(stringTensor([data.length], data));
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
