import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ByteSource, checkRange } from "@pare/tensor";
import { fillRange } from "./place.ts";

/** Among the system's temporary files: written at its end, read anywhere, gone when nothing refers to it. */
export class UnnamedFile implements ByteSource {
  readonly #fd: number;
  #size = 0;

  constructor() {
    const folder = temporaryFolder();
    try {
      this.#fd = openSync(join(folder, "data"), "wx+");
    } finally {
      removeOpen(folder);
    }
    openFiles.register(this, this.#fd);
  }

  get size(): number {
    return this.#size;
  }

  /** Where the parts begin, one after the other. The file is as it was where they cannot be written. */
  append(parts: readonly Uint8Array[]): number {
    const start = this.#size;
    try {
      for (const part of parts) this.#write(part);
    } catch (cause) {
      this.#size = start;
      ftruncateSync(this.#fd, start);
      throw cause;
    }
    return start;
  }

  #write(part: Uint8Array): void {
    for (let done = 0; done < part.length; ) {
      const count = writeSync(this.#fd, part, done, part.length - done, this.#size);
      done += count;
      this.#size += count;
    }
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    return fillRange(this.#fd, offset, new Uint8Array(length), "a temporary file");
  }
}

const openFiles = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** Bytes that temporary files may still take. */
export function temporaryBytesFree(): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "pare-data-"));
}

/** An open file without a name lives on; where the system does not allow that, it goes at the end. */
export function removeOpen(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    if (left.length === 0) process.once("exit", removeLeft);
    left.push(folder);
  }
}

const left: string[] = [];

function removeLeft(): void {
  for (const folder of left)
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Still open: whoever clears temporary files up takes it.
    }
}
