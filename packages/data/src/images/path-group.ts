import { groupPathError } from "../errors.ts";

/** Which folder of the path, from 1; or a regular expression: what its parentheses match, or all that it matches. */
export type PathGroup = number | string;

/**
 * "cat/anna/7.jpg" with 2 → "anna"; with "_(\\d+)_" "a_17_b.png" → "17".
 * @throws DATA_GROUP where the path has no such part
 */
export function groupOfPath(path: string, rule: PathGroup): string {
  const found = typeof rule === "number" ? folderOf(path, rule) : matchOf(path, rule);
  if (found === undefined) throw groupPathError(path, rule);
  return found;
}

function folderOf(path: string, level: number): string | undefined {
  return path.split("/").slice(0, -1)[level - 1];
}

function matchOf(path: string, pattern: string): string | undefined {
  const match = new RegExp(pattern, "u").exec(path);
  if (match === null) return undefined;
  return match.length === 1 ? match[0] : match.slice(1).join("/");
}
