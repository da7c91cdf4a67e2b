import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isPareError } from "@pare/error";
import { readInto } from "@pare/tensor";
import {
  outputExistsError,
  outputFailedError,
  outputFolderError,
  outputIsFolderError,
  outputIsInputError,
} from "../errors.ts";
import type { Piece, Rope } from "./rope.ts";

/**
 * Stays in the second-level cache between the read and the write, also while the core's other thread uses half of it:
 * 256 KiB is a tenth faster on an idle machine and half as fast beside a busy process.
 */
const bufferBytes = 128 * 1024;

export interface OutputFile {
  readonly path: string;
  readonly rope: Rope;
}

/** @throws OUTPUT_FOLDER, OUTPUT_EXISTS, OUTPUT_IS_INPUT. `live`: device and inode of files that tensors are read from. */
export function checkOutputs(paths: readonly string[], live: ReadonlySet<string>, force: boolean): void {
  for (const path of paths) {
    const folder = statSync(dirname(path), { throwIfNoEntry: false });
    if (!folder?.isDirectory()) throw outputFolderError(path, dirname(path));
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) throw outputIsFolderError(path);
    if (live.has(`${stat.dev}:${stat.ino}`)) throw outputIsInputError(path);
    if (!force) throw outputExistsError(path);
  }
}

/** Whether a file could be made there: one is, and removed. @throws OUTPUT_FAILED */
export function checkWritable(path: string): void {
  const aside = asideOf(path);
  try {
    closeSync(openSync(aside, "w"));
  } catch (error) {
    throw outputFailedError(path, error);
  } finally {
    rmSync(aside, { force: true });
  }
}

const asideOf = (path: string) => join(dirname(path), `.${basename(path)}.tmp-${process.pid}`);

/**
 * Writes files aside and renames them in the order given, so that a name never stands for half a file. What was begun
 * is removed when something fails. Memory: one buffer of 128 KiB.
 * @throws OUTPUT_FAILED
 */
export function saveFiles(files: readonly OutputFile[]): void {
  const begun: { readonly path: string; readonly aside: string }[] = [];
  try {
    for (const { path, rope } of files) {
      const aside = asideOf(path);
      rmSync(aside, { force: true });
      begun.push({ path, aside });
      writeRope(aside, rope);
    }
    for (const { path, aside } of begun) renameSync(aside, path);
  } catch (error) {
    for (const { aside } of begun) rmSync(aside, { force: true });
    throw isPareError(error) ? error : outputFailedError(files.at(-1)?.path ?? "", error);
  }
}

function writeRope(path: string, rope: Rope): void {
  const fd = openSync(path, "wx");
  try {
    const buffer = Buffer.allocUnsafeSlow(bufferBytes);
    let filled = 0;
    const flush = () => {
      writeAll(fd, buffer.subarray(0, filled));
      filled = 0;
    };
    for (const piece of rope.pieces) {
      const size = pieceSize(piece);
      for (let done = 0; done < size; ) {
        const count = Math.min(size - done, bufferBytes - filled);
        fill(buffer.subarray(filled, filled + count), piece, done);
        done += count;
        filled += count;
        if (filled === bufferBytes) flush();
      }
    }
    flush();
  } finally {
    closeSync(fd);
  }
}

/** All of a rope in memory. */
export function ropeBytes(rope: Rope): Uint8Array {
  const bytes = new Uint8Array(rope.size);
  let offset = 0;
  for (const piece of rope.pieces) {
    const size = pieceSize(piece);
    for (let done = 0; done < size; done += bufferBytes) {
      const count = Math.min(bufferBytes, size - done);
      fill(bytes.subarray(offset + done, offset + done + count), piece, done);
    }
    offset += size;
  }
  return bytes;
}

function pieceSize(piece: Piece): number {
  if (piece.kind === "bytes") return piece.bytes.length;
  return piece.kind === "zeros" ? piece.count : piece.to - piece.from;
}

/** Part of a piece, from `offset` on. */
function fill(target: Uint8Array, piece: Piece, offset: number): void {
  if (piece.kind === "bytes") target.set(piece.bytes.subarray(offset, offset + target.length));
  else if (piece.kind === "zeros") target.fill(0);
  else readInto(piece.source, target, piece.from + offset);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
}
