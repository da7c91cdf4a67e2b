import { defineCommand } from "../terminal/command.ts";

export const schema = defineCommand({
  name: "schema",
  arguments: "",
  summary: "Print the JSON Schema of recipes, for editors",
  positionals: {},
  options: {},
  examples: [["pare schema > recipe.schema.json", "Completion and checks in an editor"]],
  load: async () => (await import("../run/schema-command.ts")).schemaCommand,
});
