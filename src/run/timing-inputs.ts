import type { Dataset } from "@pare/data";
import { readModelFile } from "@pare/formats";
import type { Model } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import { requiredInputs, type Tensors } from "@pare/pass";
import { portGrids } from "@pare/quantize";
import type { CheckedRecipe } from "@pare/recipe";
import { firstSamples } from "../bench/data-inputs.ts";
import { drawInputs } from "../bench/inputs.ts";
import { fixedBatchError, noInputsError } from "./errors.ts";
import type { ModelPair } from "./evaluate.ts";
import type { World } from "./tools.ts";

/**
 * What original and result are timed on: the first samples of the test data where there are some, else drawn tensors of
 * the declared shapes, with free sizes tried out.
 * @throws RECIPE_BATCH, RECIPE_INPUTS; the faults of the data and of its binding to the inputs
 */
export async function timingInputs(
  checked: CheckedRecipe,
  index: number,
  { pair, dataset }: { readonly pair: ModelPair; readonly dataset: Dataset | undefined },
  { engine, signal }: World,
): Promise<readonly [original: Tensors, result: Tensors]> {
  const { recipe } = checked;
  const place = checked.place(["measure", index]);
  const models = [pair.original, pair.result].map((file) => ({ file, model: readModelFile(file) }));
  const [, result] = models;
  const written = recipe.measure[index]!.batch;
  checkBatch(result!.model, written, place);
  // One sample a run is the default: a model that is fixed to more is run as it is.
  const batch = written > 1 ? written : undefined;
  // Of a result whose inputs are codes, the original's are the floats that they stand for.
  const own = portGrids(result!.model).size > 0;
  if (dataset !== undefined) {
    const given = await firstSamples(own ? models : [result!], { dataset, recipe, batch, engine, signal });
    return [given[0]!, given.at(-1)!];
  }
  const refusal = (_: string, why: string) => noInputsError(place, why);
  const drawn = await drawInputs(models, { batch, shapes: {}, seed: recipe.seed, engine, signal, refusal });
  return [own ? drawn[0]! : drawn[1]!, drawn[1]!];
}

function checkBatch(model: Model, batch: number, place: string): void {
  for (const { name, type } of requiredInputs(model)) {
    const first = shapeOf(type)?.[0];
    if (batch > 1 && typeof first === "number" && first >= 0 && first !== batch)
      throw fixedBatchError(place, name, first, batch);
  }
}
