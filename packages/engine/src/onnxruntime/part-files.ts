import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { readWhole, writeWhole } from "./blocking.ts";

/** Smaller parts fit into the pipe; larger ones would keep this process from everything else while they are written. */
const leastBytes = 64 * 1024;
const mostBytes = 64 * 1024 * 1024;

/**
 * Files for the parts of requests, used in turn. What is written to them and read soon stays in the system's memory: both
 * are a copy there, and neither process waits for the other.
 */
export class PartFiles {
  readonly #folder: string;
  readonly #open: (number | undefined)[];
  #turn = 0;

  /** @param turns one that was written may be written again when so many have been */
  constructor(folder: string, turns: number) {
    this.#folder = folder;
    this.#open = new Array(turns).fill(undefined);
  }

  /** Whether parts of these sizes are better in a file. */
  suits(sizes: readonly number[]): boolean {
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return bytes >= leastBytes && bytes <= mostBytes;
  }

  /** Writes all of them. @returns the file's name */
  write(chunks: Iterable<Uint8Array>): string {
    const turn = this.#turn++ % this.#open.length;
    const name = `parts-${turn}`;
    const fd = this.#open[turn] ?? openSync(join(this.#folder, name), "w");
    this.#open[turn] = fd;
    let at = 0;
    for (const chunk of chunks) {
      writeWhole(fd, chunk, at);
      at += chunk.length;
    }
    return name;
  }

  close(): void {
    for (const fd of this.#open) if (fd !== undefined) closeSync(fd);
    this.#open.fill(undefined);
  }
}

/** Reads what `PartFiles` wrote. */
export class PartFileReader {
  readonly #folder: string;
  readonly #open = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Fills the targets from the file, one after another; false where it holds less. */
  fill(name: string, targets: readonly Uint8Array[]): boolean {
    const fd = this.#open.get(name) ?? openSync(join(this.#folder, name), "r");
    this.#open.set(name, fd);
    let at = 0;
    for (const target of targets) {
      if (!readWhole(fd, target, at)) return false;
      at += target.length;
    }
    return true;
  }
}
