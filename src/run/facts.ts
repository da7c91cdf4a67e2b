import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "@pare/data";
import type { OnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import type { Model } from "@pare/ir";
import type { CheckedRecipe, LockFacts } from "@pare/recipe";
import type { DataInfo, Environment } from "@pare/report";
import { builtinModelPath, passNamed } from "../catalog.ts";
import { describeLearningData, type LearningData, openLearningData } from "../learn/learning-data.ts";
import { isUntrained, parseBuiltin } from "../model/builtin.ts";
import { filesOf } from "../model/disk.ts";
import { describeFiles, type ModelFiles } from "../model/files.ts";
import { type NamedModel, nameModel, networkFile } from "../model/named-model.ts";
import { type ModelWeight, weighModel } from "../model/summary.ts";
import { defaultCacheFolder } from "./cache-folder.ts";
import { describeTestData, openNotedTestData, resolvePath } from "./data.ts";
import { describeEnvironment } from "./environment.ts";
import { modelOfRecipeMissingError } from "./errors.ts";

/** Everything that a run starts from, found out before anything is done. */
export interface RunFacts {
  readonly checked: CheckedRecipe;
  readonly modelPath: string;
  readonly model: Model;
  readonly modelFiles: ModelFiles;
  /** Other models that steps name, by what they are called there. */
  readonly named: ReadonlyMap<string, NamedModel>;
  /** Taken before any step: passes change a model in place. */
  readonly weight: ModelWeight;
  readonly dataset: Dataset | undefined;
  /** Of recipes with a step that learns from data. */
  readonly learning: LearningData | undefined;
  readonly data: readonly DataInfo[];
  readonly environment: Environment;
  readonly lock: LockFacts;
}

/** @throws RECIPE_MODEL; the faults of a model file */
export async function gatherFacts(checked: CheckedRecipe, engine: OnnxRuntimeEngine): Promise<RunFacts> {
  const modelPath = await findModel(checked);
  const model = readModelFile(modelPath);
  const modelFiles = await describeFiles(filesOf(model, modelPath));
  const { recipe } = checked;
  const named = await nameModels(checked);
  const test = await openNotedTestData(checked);
  const tested = test === undefined ? [] : [await describeTestData(checked, test)];
  const learning = learns(checked) ? await openLearningData(checked) : undefined;
  const data = [...tested, ...(learning === undefined ? [] : await describeLearningData(learning))];
  const environment = await describeEnvironment(engine);
  const lock: LockFacts = {
    tool: environment.pare,
    runtime: `${environment.runtime.name} ${environment.runtime.version}`,
    cpu: { arch: environment.arch, features: environment.cpu.features },
    recipe,
    recipeSha256: checked.sha256,
    modelSha256: modelFiles.sha256,
    namedSha256: Object.fromEntries([...named].map(([reference, { sha256 }]) => [reference, sha256])),
    dataSha256: Object.fromEntries(data.map(({ split, sha256 }) => [split, sha256])),
  };
  return {
    checked,
    modelPath,
    model,
    modelFiles,
    named,
    weight: weighModel(model),
    dataset: test?.dataset,
    learning,
    data,
    environment,
    lock,
  };
}

/** Steps that may change outputs look at data and at the clock. */
export function learns({ recipe }: CheckedRecipe): boolean {
  return recipe.steps.some(({ pass }) => passNamed(pass).promise === "lossy");
}

/** Every model that a step's options name, checked before anything is done. */
export async function nameModels(checked: CheckedRecipe): Promise<ReadonlyMap<string, NamedModel>> {
  const references = checked.recipe.steps.flatMap(({ pass, options }) => passNamed(pass).models?.(options) ?? []);
  const named = new Map<string, NamedModel>();
  for (const reference of new Set(references)) named.set(reference, await nameModel(reference, checked));
  return named;
}

/**
 * A path of the recipe starts in the recipe's folder; a network that the recipe trains from scratch is written first.
 * @throws RECIPE_MODEL, MODEL_BUILTIN, MODEL_DATA
 */
export async function findModel(checked: CheckedRecipe): Promise<string> {
  const { recipe, folder, place } = checked;
  if (isUntrained(recipe.model))
    return await networkFile(recipe.model, checked, join(defaultCacheFolder(), "architectures"));
  const builtin = parseBuiltin(recipe.model);
  if (builtin !== undefined) return builtinModelPath(builtin.name);
  const path = resolvePath(recipe.model, folder);
  if (!existsSync(path)) throw modelOfRecipeMissingError(place(["model"]), recipe.model, folder);
  return path;
}
