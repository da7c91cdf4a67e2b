import { fileURLToPath } from "node:url";
import { architectures } from "@pare/architectures";
import { generatedSets } from "@pare/data";
import { qatPass, trainingPasses } from "@pare/distill";
import { metricCatalog } from "@pare/measure";
import { upgrade } from "@pare/opset";
import type { Pass } from "@pare/pass";
import { quantizePasses, staticParts } from "@pare/quantize";
import type { RecipeCatalog } from "@pare/recipe";
import { simplify, simplifyPasses } from "@pare/simplify";
import { packageFolder } from "./version.ts";

/** Every pass that a recipe may name. */
export const passes: readonly Pass[] = [
  simplify,
  ...simplifyPasses,
  upgrade,
  ...quantizePasses,
  ...trainingPasses,
  qatPass(staticParts),
];

/** Models that ship with the package, by the name after "builtin:". */
const builtinModels: Readonly<Record<string, string>> = {
  quickstart: "recipes/quickstart.onnx",
  fraud: "recipes/fraud.onnx",
  reviews: "recipes/reviews.onnx",
};

export const recipeCatalog: RecipeCatalog = {
  passes,
  builtinModels: [...Object.keys(builtinModels), ...architectures.map(({ name }) => name)],
  generatedData: Object.keys(generatedSets),
  metrics: metricCatalog.map(({ name }) => name),
  engines: ["onnxruntime"],
};

/** Whether a built-in model ships as a file: the others are networks to be trained. */
export function isShipped(name: string): boolean {
  return Object.hasOwn(builtinModels, name);
}

/** The file of a built-in model that ships. */
export function builtinModelPath(name: string): string {
  return fileURLToPath(new URL(builtinModels[name]!, packageFolder));
}

export function passNamed(name: string): Pass {
  return passes.find((pass) => pass.name === name)!;
}
