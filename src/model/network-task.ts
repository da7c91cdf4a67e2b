import { batches, type Dataset } from "@pare/data";
import { type Checked, openRecipeData, transformOf } from "../run/data.ts";
import type { NetworkTask } from "./builtin.ts";
import { networkDataError } from "./errors.ts";

/**
 * What a recipe's data asks of a network that is made for it: the shape of a prepared sample, and the classes.
 * @throws MODEL_DATA; the faults of the data
 */
export async function networkTask(reference: string, checked: Checked): Promise<NetworkTask> {
  const { train, validation, test } = await openRecipeData(checked, ["train", "validation", "test"]);
  const dataset = train ?? validation ?? test;
  if (dataset === undefined) throw networkDataError(reference, "the recipe has no data");
  if (dataset.classes.length === 0) throw networkDataError(reference, "the data has no classes");
  const field = fieldOf(dataset, checked);
  if (field === undefined) throw networkDataError(reference, "the data has several fields");
  for await (const { inputs } of batches(dataset, {
    batch: 1,
    transform: transformOf(checked.recipe),
    fields: [field],
  })) {
    const { dtype, shape } = inputs.get(field)!;
    const input = { name: field, dtype: dtype === "int64" ? dtype : "float32", sample: shape.slice(1) } as const;
    return { input, classes: dataset.classes.length };
  }
  throw networkDataError(reference, "the data has no samples");
}

/** The one that the recipe binds, the only one, or a text's tokens. */
function fieldOf({ fields }: Dataset, { recipe }: Checked): string | undefined {
  const bound = Object.values(recipe.data.inputs ?? {});
  if (bound.length === 1) return bound[0];
  return fields.length === 1 ? fields[0] : fields.find((field) => field === "ids");
}
