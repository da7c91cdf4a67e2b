import { readSync, writeSync } from "node:fs";

/** One call takes at most 1 GiB: the system caps it near 2 GiB. */
const callBytes = 1024 * 1024 * 1024;

/** Fills `target`; false where the other side is closed, or the file ends, before. @param at in the file; null: a pipe */
export function readWhole(fd: number, target: Uint8Array, at: number | null): boolean {
  for (let done = 0; done < target.length; ) {
    const count = Math.min(callBytes, target.length - done);
    const got = retry(() => readSync(fd, target, done, count, at === null ? null : at + done));
    if (got === 0) return false;
    done += got;
  }
  return true;
}

/** @param at in the file; null: a pipe */
export function writeWhole(fd: number, bytes: Uint8Array, at: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    const count = Math.min(callBytes, bytes.length - done);
    done += retry(() => writeSync(fd, bytes, done, count, at === null ? null : at + done));
  }
}

/** A signal that arrives during a blocking call interrupts it. */
function retry(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EINTR")) throw error;
    }
  }
}
