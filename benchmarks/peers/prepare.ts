/** The data of a case as files that every tool reads: the same calibration tensors, and a recipe that names them for pare. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { batches, classOf, type Dataset, type ImageTransform, subset } from "@pare/data";
import { readModelFile } from "@pare/formats";
import { requiredInputs } from "@pare/pass";
import { readRecipe } from "@pare/recipe";
import { type Tensor, tensorBytes } from "@pare/tensor";
import { stringify } from "yaml";
import { recipeCatalog } from "../../src/catalog.ts";
import { openRecipeData, transformOf } from "../../src/run/data.ts";
import type { Case } from "./cases.ts";
import { writeNpy } from "./npy.ts";

export interface PreparedCase {
  /** The float file. */
  readonly model: string;
  /** Calibration tensors, [samples, ...], float32. */
  readonly calibration: string;
  readonly calibrationSamples: number;
  /** For pare: trains (calibrates) on the calibration tensors, validates on others where there are any. */
  readonly recipe: string;
  readonly test: Dataset;
  /** The first calibration sample: what is timed. */
  readonly sample: Tensor;
  readonly transform: ImageTransform;
}

/** Training images that choices are made on, where there are training images. */
const validationSamples = 5000;

/** Writes the files into `folder`; MODELS is the folder of the models. */
export async function prepareCase(each: Case, models: string, folder: string): Promise<PreparedCase> {
  const model = resolve(models, `${each.model}.onnx`);
  const checked = readRecipe(resolve("benchmarks/accuracy", `${each.model}.yaml`), recipeCatalog);
  const data = { ...checked.recipe.data, ...(each.train && { train: each.train }) };
  const splits = await openRecipeData({ ...checked, recipe: { ...checked.recipe, data } }, ["train", "test"]);
  const { calibration, validation, test } = choose(each, splits.train, splits.test!);
  const transform = transformOf(checked.recipe);
  const input = requiredInputs(readModelFile(model))[0]!.name;
  const write = async (name: string, dataset: Dataset) => ({
    ...{ arrays: { [input]: await writeTensors(join(folder, `${name}.npy`), dataset, transform) } },
    ...{ target: await writeLabels(join(folder, `${name}-labels.npy`), dataset) },
  });
  const train = await write("calibration", calibration);
  const written = {
    ...{ version: 1, model },
    data: { train, validation: validation === calibration ? train : await write("validation", validation) },
  };
  const recipe = join(folder, "recipe.yaml");
  writeFileSync(recipe, stringify(written));
  const calibrationPath = Object.values(train.arrays)[0]!;
  const sample = await firstTensor(calibration, transform);
  const { length: calibrationSamples } = calibration;
  return { model, recipe, test, sample, transform, calibration: calibrationPath, calibrationSamples };
}

function choose({ calibration }: Case, train: Dataset | undefined, test: Dataset) {
  if ("train" in calibration) {
    const chosen = spread(train!.length, calibration.train);
    const taken = new Set(chosen);
    const rest = indicesOf(train!).filter((index) => !taken.has(index));
    const held = spread(rest.length, Math.min(validationSamples, rest.length)).map((i) => rest[i]!);
    return { calibration: subset(train!, chosen, "calibration"), validation: subset(train!, held, "validation"), test };
  }
  const isChosen = (index: number) => index % calibration.everyOfTest === 0;
  const chosen = subset(test, indicesOf(test).filter(isChosen), "calibration");
  const others = subset(
    test,
    indicesOf(test).filter((index) => !isChosen(index)),
    "test",
  );
  return { calibration: chosen, validation: chosen, test: others };
}

const indicesOf = ({ length }: Dataset) => Array.from({ length }, (_, i) => i);

/** `count` of `length` indices, evenly spaced, ascending. */
function spread(length: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

async function writeTensors(path: string, dataset: Dataset, transform: ImageTransform): Promise<string> {
  const parts: Uint8Array[] = [];
  let shape: readonly number[] = [];
  for await (const { inputs } of batches(dataset, { batch: 64, transform })) {
    const [tensor] = inputs.values();
    parts.push(tensorBytes(tensor!));
    shape = [dataset.length, ...tensor!.shape.slice(1)];
  }
  writeNpy(path, "<f4", shape, parts);
  return path;
}

async function writeLabels(path: string, dataset: Dataset): Promise<string> {
  const labels = BigInt64Array.from(indicesOf(dataset), (i) => BigInt(classOf(dataset.targetOf!(i))));
  writeNpy(path, "<i8", [dataset.length], [new Uint8Array(labels.buffer)]);
  return path;
}

async function firstTensor(dataset: Dataset, transform: ImageTransform): Promise<Tensor> {
  for await (const { inputs } of batches(subset(dataset, [0], "first"), { batch: 1, transform })) {
    const [tensor] = inputs.values();
    return tensor!;
  }
  throw new Error(`${dataset.name} is empty`);
}
