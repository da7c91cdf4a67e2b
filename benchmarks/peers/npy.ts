import { closeSync, openSync, writeSync } from "node:fs";

export type NpyType = "<f4" | "<i8" | "|u1";

/** Writes a .npy file (format 1.0, C order) part by part. @param shape of the whole */
export function writeNpy(path: string, type: NpyType, shape: readonly number[], parts: Iterable<Uint8Array>): void {
  const file = openSync(path, "w");
  try {
    writeSync(file, headerOf(type, shape));
    for (const part of parts) writeSync(file, part);
  } finally {
    closeSync(file);
  }
}

/** Padded so that the elements start at a multiple of 64 bytes. */
function headerOf(type: NpyType, shape: readonly number[]): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded, "latin1")]);
}
