import { resolve } from "node:path";
import {
  type Dataset,
  describeSource,
  findSharedSamples,
  type Geometry,
  type ImageTransform,
  openSplits,
  type SplitName,
  type Splits,
} from "@pare/data";
import { type CheckedRecipe, digestOf, type Recipe } from "@pare/recipe";
import type { DataInfo, DataNote } from "@pare/report";
import { duplicateNotes, sampleNotes } from "./data-notes.ts";
import { variableMissingError } from "./errors.ts";

export interface Checked extends Pick<CheckedRecipe, "folder"> {
  readonly recipe: Pick<Recipe, "seed" | "data">;
}

/** The recipe's test data; undefined where it has none. @throws the faults of the kind of data */
export async function openTestData(checked: Checked): Promise<Dataset | undefined> {
  return (await openRecipeData(checked, ["test"])).test;
}

/** Those of the recipe's splits that it has. @throws the faults of the kind of data */
export async function openRecipeData({ recipe, folder }: Checked, wanted: readonly SplitName[]): Promise<Splits> {
  const resolve = (path: string) => resolvePath(path, folder);
  return await openSplits(recipe.data, { resolve, geometry: geometryOf(recipe), seed: recipe.seed }, wanted);
}

export interface TestData {
  readonly dataset: Dataset;
  /** What a reader has to know of it. */
  readonly notes: readonly DataNote[];
}

/**
 * The recipe's test data; samples that other splits have too are looked for.
 * @throws the faults of the kind of data
 */
export async function openNotedTestData(checked: Checked): Promise<TestData | undefined> {
  const splits = await openRecipeData(checked, ["train", "validation", "test"]);
  const { test: dataset } = splits;
  if (dataset === undefined) return undefined;
  const shared = Object.keys(splits).length > 1 ? await findSharedSamples(splits) : [];
  return { dataset, notes: [...sampleNotes(checked.recipe.data, "test", dataset), ...duplicateNotes(shared, "test")] };
}

/** What a record says of it. */
export async function describeTestData({ recipe }: Checked, { dataset, notes }: TestData): Promise<DataInfo> {
  return {
    split: "test",
    source: testSource(recipe.data),
    samples: dataset.length,
    sha256: digestOf(await dataset.digest()),
    ...(notes.length > 0 && { notes }),
  };
}

function testSource({ train, test, split }: Recipe["data"]): string {
  if (test !== undefined) return describeSource(test);
  const share = Math.round((split?.test ?? 0) * 100);
  return `${train === undefined ? "" : describeSource(train)} (${share} % of it)`;
}

/**
 * A path of a recipe starts in the recipe's folder; ${NAME} in it is the environment variable NAME. The recipe keeps
 * what is written: its digest is the same wherever the data lies.
 * @throws RECIPE_VARIABLE
 */
export function resolvePath(path: string, folder: string, env: NodeJS.ProcessEnv = process.env): string {
  const expanded = path.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined || value === "") throw variableMissingError(path, name);
    return value;
  });
  return resolve(folder, expanded);
}

/** The recipe's `data.input`: what happens to the values. */
export function transformOf({ data }: Pick<Recipe, "data">): ImageTransform {
  if (data.input === undefined) return {};
  const { layout, order, scale, mean, std } = data.input;
  return { layout, ...(order !== undefined && { order }), scale: fraction(scale), mean, std };
}

/** What happens to the images before. */
function geometryOf({ data }: Pick<Recipe, "data">): Geometry {
  const { grey, resize, filter, crop } = data.input ?? {};
  return {
    ...(grey !== undefined && { grey }),
    ...(resize !== undefined && { resize }),
    ...(filter !== undefined && { filter }),
    ...(crop !== undefined && { crop }),
  };
}

/** "1/255" → 1 ÷ 255. */
function fraction(written: number | string): number {
  const [top, bottom = 1] = String(written).split("/").map(Number);
  return top! / bottom;
}
