import { defineCommand } from "../terminal/command.ts";

export const init = defineCommand({
  name: "init",
  arguments: "[recipe]",
  summary: "Ask a few questions and write a recipe",
  positionals: {
    recipe: { type: "string", default: "recipe.yaml", describe: "The file to write" },
  },
  options: {
    model: { type: "string", requiresArg: true, describe: "The model: a path, or builtin:quickstart" },
    yes: { type: "boolean", alias: "y", describe: "Ask nothing: take the defaults" },
    force: { type: "boolean", alias: "f", describe: "Replace the file if it exists" },
  },
  examples: [
    ["pare init", "Asks, then writes recipe.yaml"],
    ["pare init --yes --model model.onnx", "For scripts"],
  ],
  load: async () => (await import("../init/command.ts")).initCommand,
});
