import { defineCommand } from "../terminal/command.ts";

export const init = defineCommand({
  name: "init",
  arguments: "[recipe]",
  summary: "Look at a model, ask a few questions, write a recipe",
  positionals: {
    recipe: { type: "string", default: "recipe.yaml", describe: "The file to write" },
  },
  options: {
    model: { type: "string", requiresArg: true, describe: "The model: a path, or builtin:quickstart" },
    data: {
      type: "string",
      requiresArg: true,
      describe: "Test data: a folder or archive of images, a table, arrays, text [default: none, random inputs]",
    },
    target: { type: "string", requiresArg: true, describe: "Of a table: the column to predict [default: the last]" },
    yes: { type: "boolean", alias: "y", describe: "Ask nothing: take the defaults" },
    force: { type: "boolean", alias: "f", describe: "Replace the file if it exists" },
  },
  examples: [
    ["pare init", "Asks, then writes recipe.yaml"],
    ["pare init --yes --model model.onnx", "Asks nothing: for scripts"],
    ["pare init --yes --model model.onnx --data test/", "With test data, so that accuracy is measured"],
  ],
  load: async () => (await import("../init/command.ts")).initCommand,
});
