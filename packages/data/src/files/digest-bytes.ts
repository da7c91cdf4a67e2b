import { createHash } from "node:crypto";
import { type ByteSource, windows } from "@pare/tensor";

/** SHA-256 of all the bytes, and of the settings that decide what samples they become. */
export function digestBytes(sources: readonly ByteSource[], settings: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const source of sources) {
    hash.update(`\0${source.size}\0`);
    for (const window of windows(source)) hash.update(window);
  }
  return hash.digest("hex");
}
