import { type Digest, digestFiles } from "@pare/recipe";
import { sizeOf } from "./disk.ts";

/** A model on disk: its file, then the files of its external data. */
export interface ModelFiles {
  readonly paths: readonly string[];
  readonly sizeBytes: number;
  /** Of all of them, one after the other. */
  readonly sha256: Digest;
}

export async function describeFiles(paths: readonly string[]): Promise<ModelFiles> {
  return { paths, sizeBytes: sizeOf(paths), sha256: await digestFiles(paths) };
}
