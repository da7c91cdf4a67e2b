import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readdirSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { archiveError, dataMissingError, folderError } from "../errors.ts";
import { type Place, readPlace, readRange, sharedMemory } from "./place.ts";
import { isTarHeader, readTar } from "./tar.ts";
import { unpack } from "./unpack.ts";
import { readZip } from "./zip.ts";

export interface DataFile {
  /** Inside the folder or archive, with forward slashes. */
  readonly path: string;
  readonly place: Place;
}

/** The files of a folder, or of a tar, tar.gz or zip archive, in the order of their paths. */
export interface FileSet {
  readonly name: string;
  readonly files: readonly DataFile[];
  /** Of paths and contents, which are read once. */
  digest(): Promise<string>;
}

/**
 * What kind of archive a file is, its content says. A compressed tar is unpacked into a temporary file without a name.
 * @throws DATA_MISSING, DATA_ARCHIVE
 */
export async function openFileSet(path: string): Promise<FileSet> {
  const files = statOf(path).isDirectory() ? listFolder(path) : await listArchive(path);
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  let digest: Promise<string> | undefined;
  const digestOnce = () => {
    digest ??= digestFiles(sorted);
    return digest;
  };
  return { name: basename(path), files: sorted, digest: digestOnce };
}

/** @throws DATA_MISSING */
export function statOf(path: string) {
  try {
    return statSync(path);
  } catch (cause) {
    throw dataMissingError(path, cause);
  }
}

/** @throws DATA_MISSING, DATA_FILE where it is a folder */
export function fileStat(path: string) {
  const stat = statOf(path);
  if (stat.isDirectory()) throw folderError(path);
  return stat;
}

function listFolder(folder: string): readonly DataFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const full = join(entry.parentPath, entry.name);
    const size =
      entry.isDirectory() || entry.name.startsWith(".") ? undefined : statSync(full, { throwIfNoEntry: false });
    if (!size?.isFile()) return [];
    const path = full.slice(join(folder, sep).length).replaceAll(sep, "/");
    return [{ path, place: { kind: "file", path: full, size: size.size } }];
  });
}

async function listArchive(path: string): Promise<readonly DataFile[]> {
  const fd = openSync(path, "r");
  const { size } = fstatSync(fd);
  const start = readRange(fd, 0, Math.min(512, size));
  if (start[0] === 0x50 && start[1] === 0x4b) return readZip(fd, size, path);
  if (isTarHeader(start)) return readTar(fd, size, path);
  closeSync(fd);
  if (start[0] !== 0x1f || start[1] !== 0x8b) throw archiveError(path, "this is no folder, tar, tar.gz or zip archive");
  const spool = await unpack(path);
  return readTar(spool, fstatSync(spool).size, path);
}

/** Bytes, and names counted as some, after which others have their turn. */
const turnBytes = 512 * 1024;
const nameBytes = 4096;

async function digestFiles(files: readonly DataFile[]): Promise<string> {
  const hash = createHash("sha256");
  const memory = sharedMemory();
  let bytes = 0;
  for (const { path, place } of files) {
    hash.update(`${path}\0${place.size}\0`).update(readPlace(place, memory));
    bytes += place.size + nameBytes;
    if (bytes < turnBytes) continue;
    await new Promise((resolve) => setImmediate(resolve));
    bytes = 0;
  }
  return hash.digest("hex");
}
