/**
 * Trains the networks that ship with the recipes, by pare itself on drawn data, and writes recipes/*.onnx:
 * `npm run train:networks [-- name …]`, a few minutes. Nothing is random but by seed.
 */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeModel } from "@pare/formats";
import type { Model } from "@pare/ir";
import { runRecipe } from "../src/index.ts";
import { fraudNetwork } from "./networks/fraud.ts";
import { quickstartNetwork } from "./networks/quickstart.ts";
import { reviewsNetwork } from "./networks/reviews.ts";

const seed = 1;
const networks: Readonly<Record<string, (seed: number) => Model | Promise<Model>>> = {
  quickstart: quickstartNetwork,
  fraud: fraudNetwork,
  reviews: reviewsNetwork,
};

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pare-networks-"));
try {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(networks)) await train(name);
} finally {
  rmSync(folder, { recursive: true });
}

async function train(name: string): Promise<void> {
  writeModel(await networks[name]!(seed), join(folder, `${name}.onnx`));
  const recipe = join(folder, `${name}.yaml`);
  copyFileSync(pathOf(`./networks/${name}.yaml`), recipe);
  const { record, folder: run } = await runRecipe(recipe, { out: join(folder, "runs") });
  copyFileSync(join(run, "model.onnx"), pathOf(`../recipes/${name}.onnx`));
  const metrics = record.result.metrics.map((metric) => `${metric.name} ${metric.value.toFixed(3)}`);
  console.log(`recipes/${name}.onnx: ${metrics.join(", ")}`);
}
