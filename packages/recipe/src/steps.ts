import * as z from "zod";
import type { SourceDocument } from "./document.ts";
import { recipeNameError, recipeValueError } from "./errors.ts";
import { describeValue, firstIssue, issueError } from "./issues.ts";
import { camelCase, kebabCase, renameKeys } from "./option-names.ts";
import type { RecipeStep } from "./recipe.ts";
import type { StepKind } from "./schema.ts";

const patterns = z.union([z.string().min(1), z.array(z.string().min(1))]).transform((written) => [written].flat());

/** The two options that every step has beside its own. */
export const selectorOptions = {
  only: patterns.default([]).describe("Touch nothing but what matches: names with * and ?, or op:<operator>."),
  except: patterns.default([]).describe("Leave what matches alone: names with * and ?, or op:<operator>."),
};

const selectors = z.object(selectorOptions);

/**
 * One entry of `steps`: a name, or a map of one name to its options.
 * @throws RECIPE_NAME for an unknown step, RECIPE_KEY and RECIPE_VALUE for its options
 */
export function checkStep(
  written: unknown,
  index: number,
  kinds: readonly StepKind[],
  source: SourceDocument,
): RecipeStep {
  const { name, settings } = splitStep(written, index, source);
  const base = typeof written === "string" ? ["steps", index] : ["steps", index, name];
  const kind = kinds.find((candidate) => candidate.name === name);
  const names = kinds.map((candidate) => candidate.name);
  if (kind === undefined) throw recipeNameError(source.place(base, ["steps", index]), "step", name, names);
  const { only, except, ...own } = settings;
  const keys = [...optionNames(kind.options), ...Object.keys(selectorOptions)];
  const context = { source, base, shown: ["steps", index], value: settings, owner: name, keysAt: () => keys };
  const stranger = Object.keys(own).find((key) => hasShape(kind.options) && !keys.includes(key));
  if (stranger !== undefined)
    throw issueError({ code: "unrecognized_keys", keys: [stranger], path: [], message: "", input: own }, context);
  const selected = selectors.safeParse({
    ...(only !== undefined && { only }),
    ...(except !== undefined && { except }),
  });
  if (!selected.success) throw issueError(firstIssue(selected.error.issues)!, context);
  const options = kind.options.safeParse(renameKeys(own, camelCase));
  if (!options.success) throw issueError(writtenIssue(firstIssue(options.error.issues)!), context);
  return { pass: name, ...selected.data, options: plainOptions(options.data) };
}

function splitStep(written: unknown, index: number, source: SourceDocument) {
  if (typeof written === "string") return { name: written, settings: {} };
  const place = source.place(["steps", index]);
  const shape = "a step's name, or one name with its options: { name: { option: value } }";
  if (typeof written !== "object" || written === null) throw recipeValueError(place, shape, describeValue(written));
  const entries = Object.entries(written);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || Array.isArray(written))
    throw recipeValueError(place, shape, describeValue(written));
  const [name, settings] = entry;
  if (settings === null) return { name, settings: {} };
  if (typeof settings !== "object" || Array.isArray(settings))
    throw recipeValueError(source.place(["steps", index, name]), "a map of options", describeValue(settings));
  return { name, settings: settings as Record<string, unknown> };
}

function hasShape(schema: z.ZodType): schema is z.ZodObject {
  return schema instanceof z.ZodObject;
}

/** Names of the options of a pass as recipes write them, in the order of its schema. */
export function optionNames(schema: z.ZodType): readonly string[] {
  return hasShape(schema) ? Object.keys(schema.shape).map(kebabCase) : [];
}

/** An issue at the option `maxFoldBytes` concerns what the recipe calls `max-fold-bytes`. */
function writtenIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const [first, ...rest] = issue.path;
  return typeof first === "string" ? { ...issue, path: [kebabCase(first), ...rest] } : issue;
}

function plainOptions(options: unknown): Readonly<Record<string, unknown>> {
  return typeof options === "object" && options !== null ? { ...options } : {};
}
