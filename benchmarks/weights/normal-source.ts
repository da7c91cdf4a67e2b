import type { ByteSource } from "@pare/tensor";
import { randomSource } from "../random-source.ts";

/** float32 numbers near a normal distribution about 0, sums of four random bytes, made when they are read. */
export function normalSource(elements: number, seed: number): ByteSource {
  const bytes = randomSource(elements * 4, seed);
  const read = (offset: number, length: number): Uint8Array => {
    const first = Math.floor(offset / 4);
    const last = Math.ceil((offset + length) / 4);
    const words = bytes.read(first * 4, (last - first) * 4);
    const values = new Float32Array(last - first);
    for (let i = 0; i < values.length; i++) {
      const at = 4 * i;
      values[i] = (words[at]! + words[at + 1]! + words[at + 2]! + words[at + 3]! - 510) / 4096;
    }
    return new Uint8Array(values.buffer, offset - first * 4, length);
  };
  return { size: elements * 4, read };
}
