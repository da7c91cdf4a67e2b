import { defineCommand } from "../terminal/command.ts";
import { recipePositional } from "./options.ts";

export const plan = defineCommand({
  name: "plan",
  arguments: "<recipe>",
  summary: "Check a recipe, show what it would do; write nothing",
  positionals: recipePositional,
  options: {},
  examples: [["pare plan recipe.yaml", "Every default written out, and what each step would change"]],
  load: async () => (await import("../run/plan-command.ts")).planCommand,
});
