import type { Dataset } from "@pare/data";
import { readModelFile } from "@pare/formats";
import { datasetFeeds } from "@pare/measure";
import { shapeOf } from "@pare/ops";
import { type Engine, requiredInputs, type Tensors } from "@pare/pass";
import { encodeInputs, portGrids } from "@pare/quantize";
import { type CheckedRecipe, readRecipe } from "@pare/recipe";
import { recipeCatalog } from "../catalog.ts";
import { usageError } from "../errors.ts";
import { floatPorts } from "../evaluate/float-ports.ts";
import { openTestData, transformOf } from "../run/data.ts";
import { type BenchModel, checkBatch } from "./inputs.ts";

/** What models are timed on where there is data: a data set, and how a recipe prepares and binds it. */
export interface FedBy {
  readonly dataset: Dataset;
  readonly recipe: Pick<CheckedRecipe["recipe"], "data">;
}

/** @param model path of a model that reads it: a recipe that is here for its data need not name one. @throws USAGE; the faults of the recipe and its data */
export async function readTestData(recipeFile: string, model: string): Promise<FedBy> {
  const checked = readRecipe(recipeFile, recipeCatalog, { model });
  const dataset = await openTestData(checked);
  if (dataset === undefined) throw usageError(`${recipeFile} has no test data`, "Leave --data out.", "bench");
  return { dataset, recipe: checked.recipe };
}

export interface FirstSamples extends FedBy {
  /** Samples a run; undefined: 1, or what the models have fixed. */
  readonly batch: number | undefined;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/**
 * The first samples of test data for each model, bound to its inputs as evaluation binds them.
 * @throws BENCH_BATCH, MEASURE_BINDING, MEASURE_INPUT, MEASURE_EMPTY; the faults of the models and of the data
 */
export async function firstSamples(models: readonly BenchModel[], options: FirstSamples): Promise<readonly Tensors[]> {
  checkBatch(models, options.batch);
  const batch = options.batch ?? fixedBatch(models) ?? 1;
  const inputs: Tensors[] = [];
  for (const { file } of models) inputs.push(await samplesFor(file, { ...options, batch }));
  return inputs;
}

async function samplesFor(path: string, { dataset, recipe, batch, engine, signal }: FirstSamples): Promise<Tensors> {
  await using session = await engine.open({ path }, { signal });
  const bound = recipe.data.inputs;
  const source = datasetFeeds(dataset, {
    transform: transformOf(recipe),
    ...(batch !== undefined && { batch }),
    ...(bound !== undefined && { inputs: bound }),
  });
  const grids = portGrids(readModelFile(path));
  for await (const { inputs } of source.feeds([floatPorts(session, grids)])) return encodeInputs(inputs, grids);
  throw new Error(`${dataset.name} gave no sample`);
}

function fixedBatch(models: readonly BenchModel[]): number | undefined {
  const firsts = models.flatMap(({ model }) => requiredInputs(model).map(({ type }) => shapeOf(type)?.[0]));
  return firsts.flatMap((size) => (typeof size === "number" && size > 0 ? [size] : []))[0];
}
