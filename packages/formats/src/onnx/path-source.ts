import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type ByteSource, checkRange } from "@pare/tensor";
import { fileChangedError } from "../errors.ts";

/**
 * A file that is opened anew for every read: for models that keep each tensor in a file of its own, which are more
 * files than a process may hold open.
 */
export class PathSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  /** Device and inode, as `FileSource` has it. */
  readonly identity: string;

  constructor(path: string) {
    this.path = path;
    const { size, identity } = this.#open((_, stat) => stat);
    this.size = size;
    this.identity = identity;
  }

  /** @throws DATA_RANGE, MODEL_CHANGED when the file was replaced since */
  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    return this.#open((fd, { size, identity }) => {
      if (size !== this.size || identity !== this.identity) throw fileChangedError(this.path);
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let done = 0; done < length; ) {
        const got = readSync(fd, bytes, done, length - done, offset + done);
        if (got === 0) throw fileChangedError(this.path);
        done += got;
      }
      return bytes;
    });
  }

  #open<T>(use: (fd: number, stat: { size: number; identity: string }) => T): T {
    const fd = openSync(this.path, "r");
    try {
      const { size, dev, ino } = fstatSync(fd, { bigint: true });
      return use(fd, { size: Number(size), identity: `${dev}:${ino}` });
    } finally {
      closeSync(fd);
    }
  }
}
