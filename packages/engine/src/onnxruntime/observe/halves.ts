import { float16ToNumber } from "@pare/tensor";

let table: Float32Array<ArrayBuffer> | undefined;

/** The numbers that float16 bits stand for. */
export function halves(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, code) => float16ToNumber(code));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  return values;
}
