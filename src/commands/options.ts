/** Options that several verbs share. */
export const cacheOptions = {
  "cache-dir": {
    type: "string",
    requiresArg: true,
    describe: "Where finished steps are kept [default: $PARE_CACHE_DIR, else the user's cache folder]",
  },
  "cache-limit": { type: "number", requiresArg: true, default: 10, describe: "Size limit of the cache in GB" },
  "no-cache": { type: "boolean", describe: "Do every step again" },
} as const;

export const selectionOptions = {
  only: {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "Touch only nodes and values of this name (* and ?) or operator (op:Conv)",
  },
  except: { type: "string", array: true, requiresArg: true, describe: "Leave these alone; wins over --only" },
} as const;

export const resultOptions = {
  out: {
    type: "string",
    alias: "o",
    requiresArg: true,
    default: "runs",
    describe: "Folder for the results: <out>/<recipe's name>/<run>/",
  },
} as const;

export const recipePositional = {
  recipe: { type: "string", describe: "A recipe (YAML)", demandOption: true },
} as const;

export const filesPositional = {
  files: { type: "string", array: true, describe: "Model files (.onnx)", demandOption: true },
} as const;
