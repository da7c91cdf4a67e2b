import { basename, dirname, resolve } from "node:path";
import type * as z from "zod";
import { inputTransform } from "./data-schema.ts";
import { digestOf } from "./digest.ts";
import { type Path, parseSource, readYamlText, type SourceDocument } from "./document.ts";
import { recipeNameError, recipeNeedsDataError, recipeValueError } from "./errors.ts";
import { type EvaluateSpec, isMetricModule } from "./evaluate-schema.ts";
import { describeValue, firstIssue, issueError } from "./issues.ts";
import { measureSpecs } from "./measure-spec.ts";
import type { Recipe } from "./recipe.ts";
import { type RecipeCatalog, recipeSchema, type WrittenRecipe } from "./schema.ts";
import { checkStep } from "./steps.ts";

export interface CheckedRecipe {
  readonly recipe: Recipe;
  /** As given. */
  readonly file: string;
  /** Absolute; the recipe's paths start here. */
  readonly folder: string;
  /** SHA-256 of the recipe with every default written out. */
  readonly sha256: string;
  /** `steps[2].granularity in recipe.yaml:14`, for errors that come up later. */
  place(path: Path): string;
}

/** What a command line says and the recipe then need not. */
export interface Given {
  /** Path of the model, from the working directory; a recipe's own goes before. */
  readonly model?: string;
}

/**
 * Reads and checks a recipe; no model and no data is opened.
 * @throws RECIPE_MISSING, RECIPE_UNREADABLE, RECIPE_SIZE, RECIPE_YAML, RECIPE_KEY, RECIPE_VALUE, RECIPE_NAME,
 *   RECIPE_TWICE, RECIPE_DATA
 */
export function readRecipe(file: string, catalog: RecipeCatalog, given: Given = {}): CheckedRecipe {
  return checkRecipe(readYamlText(file, "a recipe"), file, catalog, given);
}

export function checkRecipe(text: string, file: string, catalog: RecipeCatalog, { model }: Given = {}): CheckedRecipe {
  const source = parseSource(text, file);
  const schema = recipeSchema(catalog);
  if (typeof source.value !== "object" || source.value === null || Array.isArray(source.value))
    throw recipeValueError(source.place([]), "a map that starts with `version: 1`", describeValue(source.value));
  const parsed = schema.safeParse(model === undefined ? source.value : { model: resolve(model), ...source.value });
  if (!parsed.success) {
    const keysAt = (path: Path) => keysOf(schema, path, source.value);
    const context = { source, base: [], shown: [], value: source.value, owner: "a recipe", keysAt };
    throw issueError(firstIssue(parsed.error.issues)!, context);
  }
  const recipe = withDefaults(parsed.data, file, catalog, source);
  checkModelName(recipe.model, catalog, source);
  return {
    recipe,
    file,
    folder: resolve(dirname(file)),
    sha256: digestOf(recipe),
    place: (path) => source.place(path),
  };
}

function withDefaults(written: WrittenRecipe, file: string, catalog: RecipeCatalog, source: SourceDocument): Recipe {
  const evaluate = evaluateOf(written);
  if (!hasTest(written.data) && evaluate.metrics.some(needsLabels))
    throw recipeNeedsDataError(source.place(["evaluate"]));
  return {
    version: 1,
    name: written.name ?? nameFrom(file),
    seed: written.seed,
    model: written.model,
    data: dataOf(written.data),
    evaluate,
    steps: written.steps.map((step, i) => checkStep(step, i, catalog.passes, source)),
    measure: measureSpecs(written.measure, source),
    gates: written.gates,
  };
}

function dataOf({
  train,
  validation,
  test,
  split,
  calibration,
  input,
  inputs,
  augment,
}: WrittenRecipe["data"]): Recipe["data"] {
  if (train === undefined && validation === undefined && test === undefined) return {};
  return {
    ...(train !== undefined && { train }),
    ...(validation !== undefined && { validation }),
    ...(test !== undefined && { test }),
    ...(split !== undefined && { split }),
    ...(calibration !== undefined && { calibration }),
    input: input ?? inputTransform.parse({}),
    ...(augment !== undefined && { augment }),
    ...(inputs !== undefined && { inputs: fieldsOf(inputs, [train, validation, test]) }),
  };
}

/** A field may be named with the kind of its source: `text.ids` is `ids` of a source `text: …`. */
function fieldsOf(
  inputs: Readonly<Record<string, string>>,
  sources: readonly WrittenRecipe["data"]["test"][],
): Readonly<Record<string, string>> {
  const kinds = sources.flatMap((source) => (typeof source === "object" ? Object.keys(source) : []));
  const bare = (field: string) => {
    const kind = kinds.find((each) => field.startsWith(`${each}.`));
    return kind === undefined ? field : field.slice(kind.length + 1);
  };
  return Object.fromEntries(Object.entries(inputs).map(([input, field]) => [input, bare(field)]));
}

/** A source of its own, or a share of the training data. */
function hasTest({ test, train, split }: WrittenRecipe["data"]): boolean {
  return test !== undefined || (train !== undefined && (split?.test ?? 0) > 0);
}

function evaluateOf({ data, evaluate }: WrittenRecipe): EvaluateSpec {
  return evaluate ?? { metrics: hasTest(data) ? ["auto"] : [], activation: "auto", samples: 100 };
}

/** Not those against the original, which random inputs will do for, and a module's own may be such a one. */
function needsLabels(metric: string): boolean {
  return metric !== "auto" && !metric.startsWith("fidelity.") && !isMetricModule(metric);
}

/** "recipes/my model.yaml" → "my-model". */
function nameFrom(file: string): string {
  const stem = basename(file).replace(/\.[^.]*$/, "");
  return (
    stem
      .replace(/[^\p{L}\p{N}._-]+/gu, "-")
      .replace(/^[^\p{L}\p{N}]+/u, "")
      .slice(0, 100) || "recipe"
  );
}

function checkModelName(model: string, catalog: RecipeCatalog, source: SourceDocument): void {
  const [, name] = /^builtin:([^?]*)/.exec(model) ?? [];
  if (name === undefined || catalog.builtinModels.includes(name)) return;
  throw recipeNameError(source.place(["model"]), "built-in model", name, catalog.builtinModels);
}

/** The keys that the schema allows at a path: through defaults, optionals, list elements and what of a union fits. */
export function keysOf(schema: z.ZodType, path: Path, value: unknown): readonly string[] {
  let inner: unknown = schema;
  let found = value;
  for (const part of path) {
    const bare = unwrap(inner, found);
    inner = typeof part === "number" ? Reflect.get(bare, "element") : Reflect.get(shapeOf(bare), part);
    found = typeof found === "object" && found !== null ? Reflect.get(found, part) : undefined;
  }
  return Object.keys(shapeOf(unwrap(inner, found)));
}

function unwrap(schema: unknown, value: unknown): object {
  let inner = schema;
  for (;;) {
    const def: unknown = typeof inner === "object" && inner !== null ? Reflect.get(inner, "def") : undefined;
    const wrapped = typeof def === "object" && def !== null ? unwrapOnce(def, value) : undefined;
    if (wrapped === undefined) return typeof inner === "object" && inner !== null ? inner : {};
    inner = wrapped;
  }
}

/** Of a union of maps: the one whose first key is there. */
function unwrapOnce(def: object, value: unknown): unknown {
  const options: unknown = Reflect.get(def, "options");
  if (!Array.isArray(options)) return Reflect.get(def, "innerType");
  const isThere = (key: string | undefined) =>
    key !== undefined && typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return options.find((option: object) => isThere(Object.keys(shapeOf(option))[0]));
}

function shapeOf(schema: object): object {
  const shape: unknown = Reflect.get(schema, "shape");
  return typeof shape === "object" && shape !== null ? shape : {};
}
