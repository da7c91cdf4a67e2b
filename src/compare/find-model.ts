import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readModelFile } from "@pare/formats";
import type { RunRecord } from "@pare/report";
import { filesOf } from "../model/disk.ts";
import { describeFiles } from "../model/files.ts";
import { modelNotFoundError, otherModelError } from "./errors.ts";

export interface Side {
  readonly which: "base" | "head";
  /** The record's file or its run's folder. */
  readonly file: string;
  readonly record: RunRecord;
}

/**
 * The file of a record's result, known by its content: where the command line says, beside the record, in the cache.
 * @throws COMPARE_MODEL
 */
export async function findModelOf(side: Side, given: string | undefined, cacheFolder: string): Promise<string> {
  const { which, file, record } = side;
  const { sha256, file: name } = record.result;
  if (given !== undefined) {
    const got = await contentOf(given);
    if (got !== sha256) throw otherModelError(which, given, sha256, got);
    return given;
  }
  const folder = (await stat(file)).isDirectory() ? file : dirname(file);
  const beside = join(folder, name);
  const isThere = existsSync(beside);
  if (isThere && (await contentOf(beside)) === sha256) return beside;
  const cached = await cachedModel(cacheFolder, sha256);
  if (cached !== undefined) return cached;
  throw modelNotFoundError(which, sha256, [
    isThere ? `${beside} has other content` : `there is no ${beside}`,
    `it is not in the cache ${cacheFolder}`,
  ]);
}

async function contentOf(path: string): Promise<string> {
  return (await describeFiles(filesOf(readModelFile(path), path))).sha256;
}

/** Finished steps keep the digest of their model. */
async function cachedModel(cacheFolder: string, sha256: string): Promise<string | undefined> {
  const entries = join(cacheFolder, "entries");
  for (const key of await readdir(entries).catch(() => [])) {
    const text = await readFile(join(entries, key, "entry.json"), "utf8").catch(() => "");
    const path = join(entries, key, "model.onnx");
    if (text.includes(sha256) && existsSync(path) && (await contentOf(path)) === sha256) return path;
  }
  return undefined;
}
