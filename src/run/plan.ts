import { checkAugmentation, type Dataset, findSharedSamples, type SharedSamples } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { cloneModel, countNodes, type Model } from "@pare/ir";
import { type Progress, runPass } from "@pare/pass";
import { type CheckedRecipe, type Recipe, readRecipe } from "@pare/recipe";
import type { DataNote, StepNote } from "@pare/report";
import { passNamed, recipeCatalog } from "../catalog.ts";
import { staticInputNotes } from "../evaluate/input-notes.ts";
import { presentFeatures } from "../learn/bench.ts";
import { noCheckpoints } from "../learn/checkpoint-store.ts";
import { openLearningData } from "../learn/learning-data.ts";
import { learningTools } from "../learn/learning-tools.ts";
import { type ModelWeight, weighModel } from "../model/summary.ts";
import { withTargetFiles } from "../model/target-file.ts";
import { openRecipeData, transformOf } from "./data.ts";
import { sampleNotes } from "./data-notes.ts";
import { findModel, learns, nameModels } from "./facts.ts";
import { readGates } from "./gates.ts";
import { epochsBefore, leadingTraining } from "./lineage.ts";
import { createTools, idleNotes, selectionOf, type World } from "./tools.ts";

/** What a recipe would do, found out on a copy in memory; nothing is written. */
export interface Plan {
  readonly recipe: Recipe;
  readonly sha256: string;
  readonly model: { readonly path: string } & ModelWeight;
  readonly data: readonly { readonly split: string; readonly name: string; readonly samples: number }[];
  /** Samples that are in two splits: what a model learned by heart would be taken for skill. */
  readonly shared: readonly SharedSamples[];
  /** What is to be known of the test data and of how it fits the model's input. */
  readonly notes: readonly DataNote[];
  readonly steps: readonly PlannedStep[];
  /** Seconds that the `measure` entries may take together. */
  readonly measureSeconds: number;
}

export interface PlannedStep {
  readonly pass: string;
  readonly promise: "exact" | "rounding" | "lossy";
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly notes: readonly StepNote[];
}

export interface PlanOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export async function planRecipe(file: string, options: PlanOptions = {}): Promise<Plan> {
  const checked = withTargetFiles(readRecipe(file, recipeCatalog));
  const { recipe } = checked;
  await readGates(checked);
  const path = await findModel(checked);
  const named = await nameModels(checked);
  let model = readModelFile(path);
  const weight = weighModel(model);
  await using engine = createOnnxRuntimeEngine();
  const signal = options.signal ?? new AbortController().signal;
  const progress = options.progress ?? { report: () => {} };
  const steps: PlannedStep[] = [];
  const data = learns(checked) ? await openLearningData(checked) : undefined;
  const cpuFeatures = presentFeatures();
  const training = { device: recipe.measure[0]?.device ?? "cpu", checkpoints: noCheckpoints };
  const leading = leadingTraining(recipe);
  let original: Model | undefined;
  for (const [index, step] of recipe.steps.entries()) {
    progress.report(`plan ${step.pass}`, index, recipe.steps.length);
    const pass = passNamed(step.pass);
    const selection = selectionOf(step.only, step.except);
    if (pass.promise === "lossy" && index >= leading) original ??= cloneModel(model);
    const learnsFrom = original ?? (index < leading ? model : undefined);
    const world: World = { engine, progress, signal };
    const settings = { ...training, epochsBefore: epochsBefore(recipe, index) };
    const learning =
      learnsFrom &&
      learningTools(model, { data, bench: undefined, original: learnsFrom, named, training: settings }, world);
    const given = { ...learning, cpuFeatures };
    const tools = createTools(world, { seed: recipe.seed, selection, learning: given });
    const nodesBefore = countNodes(model);
    const idle = idleNotes(selection, model);
    const planned = await runPass(model, { ...pass, run: pass.foresee ?? pass.run }, step.options, tools);
    const notes = [...idle, ...planned.notes];
    model = planned.model;
    steps.push({ pass: pass.name, promise: pass.promise, nodesBefore, nodesAfter: countNodes(model), notes });
  }
  const splits = await openRecipeData(checked, ["train", "validation", "test"]);
  if (recipe.data.augment !== undefined) await checkAugmentation(splits.train, recipe.data.augment);
  const notes =
    splits.test === undefined ? [] : await notesOf(checked, path, splits.test, { engine, progress, signal });
  return {
    recipe,
    sha256: checked.sha256,
    model: { path, ...weight },
    data: Object.entries(splits).map(([split, { name, length }]) => ({ split, name, samples: length })),
    shared: Object.keys(splits).length > 1 ? await findSharedSamples(splits) : [],
    notes,
    steps,
    measureSeconds: recipe.measure.reduce((sum, { budget }) => sum + budget, 0),
  };
}

async function notesOf(
  { recipe }: CheckedRecipe,
  path: string,
  dataset: Dataset,
  { engine, signal }: World,
): Promise<readonly DataNote[]> {
  await using session = await engine.open({ path }, { signal });
  const given = { dataset, transform: transformOf(recipe), inputs: recipe.data.inputs };
  const input = await staticInputNotes(readModelFile(path), session, given);
  return [...sampleNotes(recipe.data, "test", dataset), ...input];
}
