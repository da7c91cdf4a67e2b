import { createHash } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CheckpointStore } from "@pare/pass";
import { readCheckpointFile, writeCheckpointFile } from "./checkpoint-file.ts";

/**
 * Checkpoints in a folder of this process alone, which is made when the first one is saved. Of each key there are two
 * files, the latest and the one before; at every moment, also after `kill -9`, one of them is whole.
 */
export function folderCheckpoints(folder: string): CheckpointStore {
  /** Keys whose latest file is known to be whole. */
  const whole = new Set<string>();
  const paths = (key: string) => {
    const stem = join(folder, createHash("sha256").update(key).digest("hex").slice(0, 16));
    return { latest: `${stem}.latest`, before: `${stem}.before`, draft: `${stem}.draft` };
  };
  return {
    async latest(key) {
      const { latest, before } = paths(key);
      const found = readCheckpointFile(latest);
      if (found !== undefined) whole.add(key);
      return found ?? readCheckpointFile(before);
    },
    async save(key, checkpoint) {
      const { latest, before, draft } = paths(key);
      await mkdir(folder, { recursive: true });
      await writeCheckpointFile(draft, checkpoint);
      // A torn one must not take the place of a whole one.
      if (whole.has(key) || readCheckpointFile(latest) !== undefined) await rename(latest, before);
      await rename(draft, latest);
      whole.add(key);
    },
    async clear(key) {
      whole.delete(key);
      for (const path of Object.values(paths(key))) await rm(path, { force: true });
    },
  };
}

/** Where nothing needs to survive. */
export const noCheckpoints: CheckpointStore = {
  latest: async () => undefined,
  save: async () => {},
  clear: async () => {},
};
