import type * as z from "zod";
import { keysOf } from "./check.ts";
import { type Path, parseSource, readYamlText } from "./document.ts";
import { recipeValueError } from "./errors.ts";
import { describeValue, firstIssue, issueError } from "./issues.ts";

/**
 * Reads a YAML or JSON file of its own that a recipe or a command names (a target, for one) and checks it like a recipe:
 * faults name the place and the line. `owner`: whose keys these are, "a target".
 * @throws FILE_MISSING, FILE_UNREADABLE, FILE_SIZE, RECIPE_YAML, RECIPE_KEY, RECIPE_VALUE, RECIPE_NAME
 */
export function readCheckedFile<T>(file: string, schema: z.ZodType<T>, owner: string): T {
  const source = parseSource(readYamlText(file, owner), file);
  if (typeof source.value !== "object" || source.value === null || Array.isArray(source.value))
    throw recipeValueError(source.place([]), `a map: ${owner}`, describeValue(source.value));
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return parsed.data;
  const keysAt = (path: Path) => keysOf(schema, path, source.value);
  throw issueError(firstIssue(parsed.error.issues)!, {
    source,
    base: [],
    shown: [],
    value: source.value,
    owner,
    keysAt,
  });
}
