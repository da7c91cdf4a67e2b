import { statSync } from "node:fs";
import type { Model } from "@pare/ir";
import type { ByteSource } from "@pare/tensor";
import { weightsOf } from "./summary.ts";

/** The file of a model, then those of its external data, in the order of their paths. */
export function filesOf(model: Model, path: string): readonly string[] {
  return [path, ...externalFiles(model, path)];
}

/** Bytes of all files together. */
export function sizeOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + statSync(path).size, 0);
}

function externalFiles(model: Model, path: string): readonly string[] {
  const own = identity(path);
  const found = new Map<string, string>();
  for (const { source } of weightsOf(model)) {
    const file = fileOf(source);
    if (file !== undefined && !found.has(file)) found.set(file, identity(file));
  }
  return [...found]
    .filter(([, id]) => id !== own)
    .map(([file]) => file)
    .sort();
}

/** Two paths may lead to one file. */
function identity(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

/** The path of the file behind a window; undefined for bytes in memory. */
function fileOf(source: ByteSource): string | undefined {
  const base = "base" in source ? (source.base as ByteSource) : source;
  return "path" in base && typeof base.path === "string" ? base.path : undefined;
}
