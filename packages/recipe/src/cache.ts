import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestFiles, digestOf } from "./digest.ts";
import { cacheFolderError } from "./errors.ts";

/**
 * A content-addressed cache of folders on disk.
 *
 * 1. A key is the digest of everything that decides the content: same key, same content.
 * 2. An entry is written aside and renamed into place: it is whole or not there, also after `kill -9`, and two
 *    processes that make the same entry at once both succeed.
 * 3. What is read is checked against the digests taken when it was written; a damaged entry counts as missing.
 * 4. Entries that were used longest ago go first when the cache outgrows its limit; entries that this process has used
 *    stay.
 */
export interface FolderCache {
  find(key: Digest): Promise<CacheEntry | undefined>;
  /** `write` fills an empty folder and gives the entry's description: plain data. */
  store(key: Digest, write: (folder: string) => Promise<unknown>): Promise<CacheEntry>;
}

export interface CacheEntry {
  readonly folder: string;
  readonly description: unknown;
}

interface Manifest {
  readonly files: Readonly<Record<string, Digest>>;
  readonly sizeBytes: number;
  readonly description: unknown;
}

const manifestName = "entry.json";
/** A folder that was being written this long ago belongs to a process that is gone. */
const abandonedMs = 24 * 3600 * 1000;

export const defaultCacheLimitBytes = 10e9;

/** The key of plain data: everything that decides the content. */
export const cacheKey = digestOf;

/** @throws CACHE_FOLDER when the folder cannot be made */
export async function openCache(root: string, limitBytes = defaultCacheLimitBytes): Promise<FolderCache> {
  const entries = join(root, "entries");
  const aside = join(root, "aside");
  try {
    for (const folder of [entries, aside]) await mkdir(folder, { recursive: true });
    await removeAbandoned(aside);
  } catch (error) {
    throw cacheFolderError(root, error as Error);
  }
  const used = new Set<Digest>();
  const find = async (key: Digest): Promise<CacheEntry | undefined> => {
    const folder = join(entries, key);
    const manifest = await readManifest(folder);
    if (manifest === undefined) return undefined;
    used.add(key);
    await utimes(join(folder, manifestName), new Date(), new Date()).catch(() => undefined);
    return { folder, description: manifest.description };
  };
  const store = async (key: Digest, write: (folder: string) => Promise<unknown>): Promise<CacheEntry> => {
    const draft = join(aside, `${key}-${randomBytes(6).toString("hex")}`);
    await mkdir(draft);
    try {
      const description = await write(draft);
      await writeManifest(draft, description);
      await place(draft, join(entries, key), aside);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    used.add(key);
    await evict(entries, aside, limitBytes, used);
    const entry = await find(key);
    if (entry === undefined) throw cacheFolderError(root, new Error("an entry vanished as it was written"));
    return entry;
  };
  return { find, store };
}

async function writeManifest(folder: string, description: unknown): Promise<void> {
  const files: Record<string, Digest> = {};
  let sizeBytes = 0;
  for (const name of (await readdir(folder)).sort()) {
    files[name] = await digestFiles([join(folder, name)]);
    sizeBytes += (await stat(join(folder, name))).size;
  }
  const manifest: Manifest = { files, sizeBytes, description };
  await writeFile(join(folder, manifestName), JSON.stringify(manifest));
}

/** Undefined for an entry that is missing, half gone or damaged. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, manifestName), "utf8")) as Manifest;
    for (const [name, digest] of Object.entries(manifest.files))
      if ((await digestFiles([join(folder, name)])) !== digest) return undefined;
    return manifest;
  } catch {
    return undefined;
  }
}

/** Renames a finished folder into place. Where a good one is there already it stays; a damaged one makes room. */
async function place(draft: string, target: string, aside: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await rename(draft, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
      if ((await readManifest(target)) !== undefined) return;
      await discard(target, aside);
    }
  }
}

/** Out of sight first, in one step: a reader finds the whole entry or none. */
async function discard(folder: string, aside: string): Promise<void> {
  const away = join(aside, `gone-${randomBytes(6).toString("hex")}`);
  await rename(folder, away).catch(() => undefined);
  await rm(away, { recursive: true, force: true });
}

async function removeAbandoned(aside: string): Promise<void> {
  for (const name of await readdir(aside)) {
    const path = join(aside, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

async function evict(entries: string, aside: string, limitBytes: number, used: ReadonlySet<Digest>): Promise<void> {
  const known: { readonly folder: string; readonly key: string; readonly usedMs: number; readonly size: number }[] = [];
  for (const key of await readdir(entries)) {
    const folder = join(entries, key);
    const [manifest, times] = await Promise.all([
      readFile(join(folder, manifestName), "utf8")
        .then((text) => JSON.parse(text) as Manifest)
        .catch(() => undefined),
      stat(join(folder, manifestName)).catch(() => undefined),
    ]);
    known.push({ folder, key, usedMs: times?.mtimeMs ?? 0, size: manifest?.sizeBytes ?? 0 });
  }
  let total = known.reduce((sum, entry) => sum + entry.size, 0);
  known.sort((a, b) => a.usedMs - b.usedMs);
  for (const { folder, key, size } of known) {
    if (total <= limitBytes) return;
    if (used.has(key)) continue;
    await discard(folder, aside);
    total -= size;
  }
}
