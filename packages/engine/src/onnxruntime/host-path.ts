import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hostMissingError } from "./errors.ts";

/**
 * Where the runtime process's program is, seen from this module:
 *
 * - `./host.js`: beside it, in the package's build and in the bundled command;
 * - `../host.js`: the bundled command's shared chunks lie one folder deeper;
 * - `../../dist/host.js`: from the sources; tests and scripts bundle it there first (scripts/children.mjs).
 */
const places = ["./host.js", "../host.js", "../../dist/host.js"];

export function findHost(): string {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw hostMissingError(paths);
  return found;
}
