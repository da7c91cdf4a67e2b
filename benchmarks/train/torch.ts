/**
 * The ResNet-8 of `recipes/resnet8.yaml` (or `width8-alone`), trained by PyTorch on the very same images.
 *
 *   DATA=<folder> node scripts/run.mjs benchmarks/train/torch.ts [--recipe resnet8] [--seeds 1,2,3] [--epochs 2]
 *     [--out benchmarks/train] [--environment <folder>]
 *
 * A seed's split into training and validation images is pare's; initial weights, order, flips and shifts are PyTorch's own.
 * PyTorch is installed in `--environment` (about 1 GB; default a folder in node_modules/.cache). Results are kept as those
 * of bench:learn are, under the recipe's name and "-torch".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { classOf, type Dataset } from "@pare/data";
import { type Recipe, readRecipe } from "@pare/recipe";
import { tensorBytes } from "@pare/tensor";
import * as z from "zod";
import { recipeCatalog } from "../../src/catalog.ts";
import { openRecipeData } from "../../src/run/data.ts";
import { pythonEnvironment } from "../peers/environment.ts";
import { writeNpy } from "../peers/npy.ts";
import { keepRuns, type LearnedRun, learnedTables } from "./learned.ts";

const { values: options } = parseArgs({
  options: {
    recipe: { type: "string", default: "resnet8" },
    seeds: { type: "string", default: "1,2,3" },
    epochs: { type: "string" },
    environment: { type: "string", default: "node_modules/.cache/torch" },
    out: { type: "string" },
  },
});
const python = pythonEnvironment(resolve(options.environment), "benchmarks/peers/requirements-torch.txt");
const splits = ["train", "validation", "test"] as const;

/** What train.py does, and nothing else. */
const training = z.object({
  ...{ epochs: z.number(), learningRate: z.number(), rising: z.number(), batch: z.number(), weightDecay: z.number() },
  ...{ optimizer: z.literal("sgd"), schedule: z.literal("one-cycle"), decay: z.literal("all") },
});

const runs: LearnedRun[] = [];
for (const seed of options.seeds.split(",").map(Number)) {
  const learned = await learn(options.recipe, seed);
  console.log(JSON.stringify(learned));
  runs.push(learned);
  if (options.out !== undefined) keepRuns(options.out, [learned]);
}
console.log(learnedTables(runs));

async function learn(name: string, seed: number): Promise<LearnedRun> {
  const folder = mkdtempSync(join(tmpdir(), "pare-bench-torch-"));
  try {
    await prepare(name, seed, folder);
    const { status, stdout } = spawnSync(python, ["benchmarks/peers/train.py", folder], {
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`PyTorch ended with ${status}`);
    const { best, validation, test } = JSON.parse(stdout.trim().split("\n").at(-1)!);
    return {
      ...{ name: `${name}-torch`, seed, date: new Date().toISOString().slice(0, 10) },
      validation: [{ label: "by labels", before: null, value: validation, best }],
      test: { result: test },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(name: string, seed: number, folder: string): Promise<void> {
  const text = readFileSync(join("benchmarks/train/recipes", `${name}.yaml`), "utf8");
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, text.replace(/^seed: .*$/m, `seed: ${seed}`));
  const checked = readRecipe(path, recipeCatalog);
  const data = await openRecipeData(checked, splits);
  for (const split of splits) await write(join(folder, split), data[split]!);
  writeFileSync(join(folder, "plan.json"), JSON.stringify(planOf(checked.recipe)));
}

function planOf({ model, seed, steps, data }: Recipe) {
  const network = /^builtin:resnet8(?:\?width=(\d+))?$/.exec(model);
  const { mean, std } = data.input ?? {};
  const { shift, flip } = data.augment ?? {};
  if (network === null || steps.length !== 1 || flip !== "horizontal" || shift === undefined)
    throw new Error("not a recipe that trains builtin:resnet8 on images that are flipped and shifted");
  const { epochs, learningRate, rising, batch, weightDecay } = training.parse(steps[0]!.options);
  return {
    ...{ seed, width: Number(network[1] ?? 16), epochs: Number(options.epochs ?? epochs), batch },
    ...{ rate: learningRate, rising, decay: weightDecay, shift, mean, std },
  };
}

async function write(path: string, dataset: Dataset): Promise<void> {
  const images: Uint8Array[] = [];
  const labels = new BigInt64Array(dataset.length);
  let shape: readonly number[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const { fields, target } = await dataset.sample(i);
    const image = fields.get("image")!;
    shape = image.shape;
    images.push(tensorBytes(image).slice());
    labels[i] = BigInt(classOf(target));
  }
  writeNpy(`${path}.npy`, "|u1", [dataset.length, ...shape], images);
  writeNpy(`${path}-labels.npy`, "<i8", [dataset.length], [new Uint8Array(labels.buffer)]);
}
