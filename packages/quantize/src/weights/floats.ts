import { makeTensor, numbers, readInto, SliceSource, type Tensor } from "@pare/tensor";
import { weightTypeError } from "../errors.ts";

const floatBytes: Readonly<Record<string, number>> = { float32: 4, float16: 2, bfloat16: 2, float64: 8 };

/** Elements that are read at once: 4 MiB of float32. */
export const windowElements = 1 << 20;

/** @throws QUANTIZE_WEIGHT where the tensor holds no floats */
export function checkFloats({ dtype }: Tensor): void {
  if (floatBytes[dtype] === undefined) throw weightTypeError(dtype);
}

/** Fills `target` with the elements from `from` on, as float32. */
export function readFloats({ dtype, source }: Tensor, from: number, target: Float32Array): void {
  if (dtype === "float32") {
    readInto(source, new Uint8Array(target.buffer, target.byteOffset, target.byteLength), from * 4);
    return;
  }
  const width = floatBytes[dtype]!;
  const part = new SliceSource(source, from * width, target.length * width);
  target.set(numbers(makeTensor(dtype, [target.length], part)));
}
