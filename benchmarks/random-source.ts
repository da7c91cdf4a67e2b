import { createCipheriv } from "node:crypto";
import type { ByteSource } from "@pare/tensor";

/** Pseudo-random bytes of any length, made when they are read: AES-128-CTR of zeros under a key made from the seed. */
export function randomSource(size: number, seed: number): ByteSource {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  const read = (offset: number, length: number): Uint8Array => {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(Math.floor(offset / 16)), 8);
    const skip = offset % 16;
    return createCipheriv("aes-128-ctr", key, counter)
      .update(Buffer.alloc(skip + length))
      .subarray(skip);
  };
  return { size, read };
}
