import { batches } from "@pare/data";
import { requiredInputs, type Tensors } from "@pare/pass";
import { readRecipe } from "@pare/recipe";
import { recipeCatalog } from "../catalog.ts";
import { usageError } from "../errors.ts";
import { openTestData, transformOf } from "../run/data.ts";
import { benchDataError } from "./errors.ts";
import type { BenchModel } from "./inputs.ts";

/** The first samples of a recipe's test data, prepared as its `input` section says. @throws BENCH_DATA, USAGE */
export async function firstBatchInputs(
  models: readonly BenchModel[],
  recipeFile: string,
  batch: number,
): Promise<readonly Tensors[]> {
  const checked = readRecipe(recipeFile, recipeCatalog);
  const dataset = await openTestData(checked);
  if (dataset === undefined) throw usageError(`${recipeFile} has no test data`, "Leave --data out.", "bench");
  for await (const { inputs } of batches(dataset, { batch, transform: transformOf(checked.recipe), pad: true })) {
    const [samples] = inputs.values();
    return models.map(({ file, model }) => {
      const names = requiredInputs(model).map(({ name }) => name);
      if (names.length !== 1 || samples === undefined) throw benchDataError(file, names);
      return new Map([[names[0]!, samples]]);
    });
  }
  throw usageError(`the test data of ${recipeFile} is empty`, "Leave --data out.", "bench");
}
