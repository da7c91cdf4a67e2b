import { defineCommand } from "../terminal/command.ts";
import { cacheOptions, recipePositional, resultOptions } from "./options.ts";

export const run = defineCommand({
  name: "run",
  arguments: "<recipe>",
  summary: "Do what a recipe says: steps, measurements, report",
  positionals: recipePositional,
  options: {
    ...resultOptions,
    lock: {
      type: "string",
      requiresArg: true,
      describe: "Give the bytes of this recipe.lock.yaml, or say what differs",
    },
    base: {
      type: "string",
      requiresArg: true,
      describe: "The record.json of an earlier run, for gates on `base.`",
    },
    strict: { type: "boolean", describe: "A gate that cannot be told fails too" },
    ...cacheOptions,
  },
  examples: [
    ["pare run recipe.yaml", "Run it; an interrupted run continues"],
    ["pare run recipe.yaml --lock recipe.lock.yaml", "Reproduce an earlier run"],
    ["pare run recipe.yaml --base base/record.json", "Gates may compare with an earlier run"],
  ],
  afterInterrupt: "The same command continues the run.",
  runsModels: true,
  load: async () => (await import("../run/command.ts")).runCommand,
});
