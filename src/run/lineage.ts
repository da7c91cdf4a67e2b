/** Which steps of a recipe make the original, and which come after it. */
import type { Recipe, RecipeStep } from "@pare/recipe";
import { isUntrained } from "../model/builtin.ts";

/** How many steps at the head make the original: an untrained network is none before it has been trained. */
export function leadingTraining({ model, steps }: Pick<Recipe, "model" | "steps">): number {
  if (!isUntrained(model)) return 0;
  const other = steps.findIndex(({ pass }) => !pass.startsWith("train/"));
  return other === -1 ? steps.length : other;
}

/** Epochs of the steps between the original and step `index`; of one that may end early as many as it may take. */
export function epochsBefore(recipe: Pick<Recipe, "model" | "steps">, index: number): number {
  return recipe.steps.slice(leadingTraining(recipe), index).reduce((sum, { options }) => sum + epochsOf(options), 0);
}

function epochsOf({ epochs }: RecipeStep["options"]): number {
  return typeof epochs === "number" ? epochs : 0;
}
