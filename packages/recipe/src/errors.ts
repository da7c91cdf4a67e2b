import { didYouMean, PareError } from "@pare/error";

const sentence = (...parts: readonly string[]) => parts.filter((part) => part !== "").join(" ");

const family = (what: string) => (what === "a recipe" ? "RECIPE" : "FILE");

export function yamlUnreadableError(file: string, what: string, cause: Error): PareError {
  const missing = "code" in cause && cause.code === "ENOENT";
  const isFolder = "code" in cause && cause.code === "EISDIR";
  return new PareError(
    {
      code: `${family(what)}_${missing ? "MISSING" : "UNREADABLE"}`,
      at: file,
      problem: missing ? "there is no such file" : `it cannot be read: ${isFolder ? "it is a folder" : cause.message}`,
      expected: `${what} in YAML`,
      next: missing && what === "a recipe" ? "`pare init` writes a recipe." : "Check the path.",
    },
    { cause },
  );
}

export function yamlTooLargeError(file: string, what: string, sizeBytes: number, limitBytes: number): PareError {
  return new PareError({
    code: `${family(what)}_SIZE`,
    at: file,
    problem: `this is too large for ${what}`,
    expected: `at most ${limitBytes} bytes`,
    got: `${sizeBytes}`,
    next: `Give the path of ${what} in YAML, not of a model or of data.`,
  });
}

export function recipeYamlError(place: string, message: string): PareError {
  return new PareError({
    code: "RECIPE_YAML",
    at: place,
    problem: `this is not YAML: ${message.replace(/\.?\s*$/, "").replace(/\s+/g, " ")}`,
  });
}

/** A key that the schema does not know. `owner`: "a recipe", "quantize/static". */
export function recipeKeyError(place: string, key: string, owner: string, options: readonly string[]): PareError {
  const list = options.length > 0 ? `Options of ${owner}: ${options.join(", ")}.` : `${owner} has no options.`;
  return new PareError({
    code: "RECIPE_KEY",
    at: place,
    problem: "unknown option",
    next: sentence(didYouMean(key, options), list),
  });
}

export function recipeMissingKeyError(place: string, what: string): PareError {
  return new PareError({ code: "RECIPE_VALUE", at: place, problem: "this is required", expected: what });
}

export function recipeValueError(place: string, expected: string, got: string): PareError {
  return new PareError({ code: "RECIPE_VALUE", at: place, problem: "this value will not do", expected, got });
}

/** A name outside a fixed set. `what`: "step", "metric", "built-in model". */
export function recipeNameError(place: string, what: string, name: string, known: readonly string[]): PareError {
  return new PareError({
    code: "RECIPE_NAME",
    at: place,
    problem: `there is no ${what} "${name}"`,
    next: sentence(didYouMean(name, known), `Known: ${known.join(", ")}.`),
  });
}

export function recipeTwiceError(place: string, what: string, name: string): PareError {
  return new PareError({
    code: "RECIPE_TWICE",
    at: place,
    problem: `two ${what} are called "${name}"`,
    next: "Give each a `name` of its own.",
  });
}

export function recipeNeedsDataError(place: string): PareError {
  return new PareError({
    code: "RECIPE_DATA",
    at: place,
    problem: "accuracy is asked for, but there is no test data",
    next: "Add `data: { test: … }`, or remove `evaluate`.",
  });
}

export function lockUnreadableError(file: string, problem: string): PareError {
  return new PareError({
    code: "LOCK_UNREADABLE",
    at: file,
    problem: `this is not a lock file of this version: ${problem}`,
    next: "A run writes `recipe.lock.yaml` beside its record.",
  });
}

export function lockMissingError(file: string): PareError {
  return new PareError({
    code: "LOCK_MISSING",
    at: file,
    problem: "there is no such lock file",
    next: "A run writes `recipe.lock.yaml` beside its record.",
  });
}

export interface LockDifference {
  /** "tool version", "digest of the model", "output of steps[0] (simplify)". */
  readonly what: string;
  readonly locked: string;
  readonly here: string;
}

/** `facts` are differences that do not forbid a replay by themselves but may explain one that failed. */
export function lockDiffersError(
  file: string,
  differences: readonly LockDifference[],
  facts: readonly LockDifference[] = [],
): PareError {
  const list = (all: readonly LockDifference[]) =>
    all.map(({ what, locked, here }) => `${what}: locked ${locked}, here ${here}`).join("; ");
  return new PareError({
    code: "LOCK_DIFFERS",
    at: file,
    problem: `this run cannot give the locked bytes: ${list(differences)}`,
    next: sentence(
      facts.length > 0 ? `Also different, and perhaps the cause: ${list(facts)}.` : "",
      "Restore what differs, or run without --lock to write a new lock file.",
    ),
  });
}

export function cacheFolderError(folder: string, cause: Error): PareError {
  return new PareError(
    {
      code: "CACHE_FOLDER",
      at: folder,
      problem: `the cache cannot be written: ${cause.message}`,
      next: "Give another folder with --cache-dir, or turn the cache off with --no-cache.",
    },
    { cause },
  );
}
