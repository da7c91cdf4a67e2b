import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file to write to and read from, which goes when the process does. */
export function openUnnamed(): number {
  const folder = temporaryFolder();
  try {
    return openSync(join(folder, "data"), "wx+");
  } finally {
    removeOpen(folder);
  }
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "pare-data-"));
}

/** An open file without a name lives on; where the system does not allow that, it goes at the end. */
export function removeOpen(folder: string): void {
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    remove();
  } catch {
    process.once("exit", remove);
  }
}
