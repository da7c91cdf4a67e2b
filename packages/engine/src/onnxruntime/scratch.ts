import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own in the system's temporary folder; removed at the latest when this process exits. */
export interface Scratch {
  readonly path: string;
  remove(): void;
}

const kept = new Set<string>();
let watchesExit = false;

export function createScratch(inside = tmpdir()): Scratch {
  const path = mkdtempSync(join(inside, "pare-engine-"));
  kept.add(path);
  if (!watchesExit) process.on("exit", () => kept.forEach(remove));
  watchesExit = true;
  return { path, remove: () => remove(path) };
}

function remove(path: string): void {
  kept.delete(path);
  rmSync(path, { recursive: true, force: true });
}
