import { recipeJsonSchema } from "@pare/recipe";
import { recipeCatalog } from "../catalog.ts";
import type { CommandRun } from "../terminal/terminal.ts";

/** JSON with and without `--json`: there is no other form of it. */
export const schemaCommand: CommandRun<object> = async (_args, terminal) => {
  const schema = recipeJsonSchema(recipeCatalog);
  terminal.print(JSON.stringify(schema, null, 2));
  terminal.printJson(schema);
  return 0;
};
