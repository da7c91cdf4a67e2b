import { createReadStream } from "node:fs";
import type { Transform } from "node:stream";
import { constants, createBrotliCompress, createGzip } from "node:zlib";

export interface CompressedSizes {
  readonly gzipBytes: number;
  readonly brotliBytes: number;
}

/** Beyond this it takes minutes. */
const mostBytes = 1e9;

/**
 * What a download of these files weighs, one after the other: gzip at its default level 6, brotli at 5, as servers do on
 * the fly. Undefined above 1 GB.
 */
export async function compressedSizes(
  paths: readonly string[],
  sizeBytes: number,
): Promise<CompressedSizes | undefined> {
  if (sizeBytes > mostBytes) return undefined;
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
  const gzipBytes = await compressedBytes(paths, createGzip);
  return { gzipBytes, brotliBytes: await compressedBytes(paths, () => createBrotliCompress(brotli)) };
}

async function compressedBytes(paths: readonly string[], compressor: () => Transform): Promise<number> {
  let bytes = 0;
  for (const path of paths)
    for await (const chunk of createReadStream(path).pipe(compressor())) bytes += (chunk as Uint8Array).length;
  return bytes;
}
