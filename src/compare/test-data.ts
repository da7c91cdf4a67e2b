import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { checkRecipe, digestOf, type Recipe } from "@pare/recipe";
import type { RunRecord } from "@pare/report";
import type { FedBy } from "../bench/data-inputs.ts";
import { recipeCatalog } from "../catalog.ts";
import { openTestData } from "../run/data.ts";

/** A record's test data, opened again, and its recipe. */
export interface RecordData extends FedBy {
  readonly recipe: Recipe;
  /** Where the recipe's paths start. */
  readonly folder: string;
}

/** Why the test data of a record is not there. */
export interface NoData {
  readonly why: string;
  /** How the record's samples are prepared, where its recipe can be read. */
  readonly recipe?: Recipe;
}

/**
 * The test data that a record's recipe names, if it is still what the run saw. Paths start where the recipe was, as seen
 * from the record, else in the working directory.
 */
export async function openRecordData(file: string, { recipe, data }: RunRecord): Promise<RecordData | NoData> {
  const known = data.find(({ split }) => split === "test");
  if (known === undefined) return { why: "the run had none" };
  if (recipe.text === undefined) return { why: "the record does not hold its recipe" };
  const runFolder = statSync(file).isDirectory() ? file : dirname(file);
  const folders = [...(recipe.folder === undefined ? [] : [join(runFolder, recipe.folder)]), "."].map((path) =>
    resolve(path),
  );
  let first: NoData | undefined;
  for (const folder of new Set(folders)) {
    const opened = await openIn(folder, recipe.text, known.sha256);
    if (!("why" in opened)) return opened;
    first ??= opened;
  }
  return first!;
}

async function openIn(folder: string, text: string, sha256: string): Promise<RecordData | NoData> {
  let recipe: Recipe | undefined;
  try {
    ({ recipe } = checkRecipe(text, join(folder, "recipe.yaml"), recipeCatalog));
    const dataset = await openTestData({ recipe, folder });
    if (dataset === undefined) return { why: "its recipe names none", recipe };
    if (digestOf(await dataset.digest()) !== sha256) return { why: "its content is not what the run saw", recipe };
    return { dataset, recipe, folder };
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
    return { why, ...(recipe && { recipe }) };
  }
}
