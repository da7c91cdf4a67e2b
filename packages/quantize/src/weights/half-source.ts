import { type ByteSource, checkRange, elementCount, makeTensor, numberToFloat16, type Tensor } from "@pare/tensor";
import { readFloats } from "./floats.ts";

/** A weight in float16, computed when it is read. */
export function halfTensor(tensor: Tensor): Tensor {
  return makeTensor("float16", tensor.shape, new HalfSource(tensor));
}

class HalfSource implements ByteSource {
  readonly size: number;
  readonly #tensor: Tensor;

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
    this.size = 2 * elementCount(tensor.shape);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    const first = Math.floor(offset / 2);
    const floats = new Float32Array(Math.ceil((offset + length) / 2) - first);
    readFloats(this.#tensor, first, floats);
    const halves = Uint16Array.from(floats, numberToFloat16);
    return new Uint8Array(halves.buffer, offset - 2 * first, length);
  }
}
