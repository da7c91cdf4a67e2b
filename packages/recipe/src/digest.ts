import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256, as lower-case hexadecimal digits. */
export type Digest = string;

/** Keys sorted at every level, `undefined` left out: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
}

/** Of plain data. */
export function digestOf(value: unknown): Digest {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Of the files' bytes one after the other, in windows: a file may be larger than memory. One file: its own SHA-256. */
export async function digestFiles(paths: readonly string[]): Promise<Digest> {
  const hash = createHash("sha256");
  for (const path of paths)
    for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 })) hash.update(chunk);
  return hash.digest("hex");
}
