import { resolve } from "node:path";
import { openTarget, type Target, targetSchema } from "@pare/quantize";
import { type CheckedRecipe, digestOf, readCheckedFile } from "@pare/recipe";
import { presentFeatures } from "../learn/bench.ts";

/**
 * A target by its name, "auto" for this machine's, or from a file (YAML or JSON) by its path.
 * @throws QUANTIZE_TARGET; the faults of the file
 */
export function targetOf(option: string): Target {
  if (isPath(option)) return readCheckedFile(option, targetSchema, "a target");
  return openTarget(option, { cpuFeatures: presentFeatures() });
}

function isPath(option: unknown): option is string {
  return typeof option === "string" && /[/\\]|\.(ya?ml|json)$/i.test(option);
}

/** Options of a pass with the content of a target file in place of its path, which starts at `folder`. */
export function withTargetFile(
  options: Readonly<Record<string, unknown>>,
  folder = ".",
): Readonly<Record<string, unknown>> {
  const { target } = options;
  return isPath(target) ? { ...options, target: targetOf(resolve(folder, target)) } : options;
}

/** The recipe with its target files read: what is in them counts in its digest, not how they are called. */
export function withTargetFiles(checked: CheckedRecipe): CheckedRecipe {
  const steps = checked.recipe.steps.map((step) => ({
    ...step,
    options: withTargetFile(step.options, checked.folder),
  }));
  if (steps.every(({ options }, i) => options === checked.recipe.steps[i]!.options)) return checked;
  const recipe = { ...checked.recipe, steps };
  return { ...checked, recipe, sha256: digestOf(recipe) };
}
