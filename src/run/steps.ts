import { join } from "node:path";
import { readModel, readModelFile, writeModel } from "@pare/formats";
import type { Model } from "@pare/ir";
import { type Choices, runPass } from "@pare/pass";
import {
  cacheKey,
  checkLockOutput,
  type Digest,
  type FolderCache,
  type Lock,
  type StepChoices,
  writtenOptions,
} from "@pare/recipe";
import type { StepNote, StepRecord } from "@pare/report";
import { passNamed } from "../catalog.ts";
import { folderCheckpoints } from "../learn/checkpoint-store.ts";
import { keepChoices } from "../learn/choices.ts";
import { learningTools } from "../learn/learning-tools.ts";
import { filesOf } from "../model/disk.ts";
import { describeFiles, type ModelFiles } from "../model/files.ts";
import { type ModelWeight, weighModel } from "../model/summary.ts";
import type { RunFacts } from "./facts.ts";
import { epochsBefore, leadingTraining } from "./lineage.ts";
import { createTools, idleNotes, selectionOf, type World } from "./tools.ts";

export interface StepsOutcome {
  readonly records: readonly StepRecord[];
  /** After the last step. */
  readonly model: Model;
  /** By step: what it chose by measuring. */
  readonly choices: readonly (StepChoices | undefined)[];
  /**
   * What the result is compared with: the model that came in, or where that was an untrained network, what the training at
   * the head of the recipe made of it.
   */
  readonly original: OriginalModel;
}

export interface OriginalModel {
  readonly path: string;
  readonly files: ModelFiles;
  readonly weight: ModelWeight;
}

/** What the cache keeps of a step beside the model's files. */
interface StepDescription {
  readonly sha256: Digest;
  readonly sizeBytes: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly durationMs: number;
  readonly notes: readonly StepNote[];
  readonly choices?: StepChoices;
}

const modelFile = "model.onnx";

export interface StepFolders {
  readonly cache: FolderCache;
  /** What an interrupted step has left lies here until the run is finished. */
  readonly checkpoints: string;
}

/**
 * Does the steps of a recipe, or takes them from the cache. Every step starts from the file that the one before it
 * wrote, also where that was just now: a resumed run then does exactly what an uninterrupted one does.
 * @throws LOCK_DIFFERS where a step gives other bytes than the lock file has
 */
export async function runSteps(
  facts: RunFacts,
  { cache, checkpoints }: StepFolders,
  world: World,
  lock?: { readonly lock: Lock; readonly file: string },
): Promise<StepsOutcome> {
  const { recipe } = facts.checked;
  const records: StepRecord[] = [];
  const choices: (StepChoices | undefined)[] = [];
  let { model } = facts;
  let input: StepInput = { file: facts.modelPath, sha256: facts.modelFiles.sha256 };
  let original: StepInput | undefined;
  let compared: OriginalModel = { path: facts.modelPath, files: facts.modelFiles, weight: facts.weight };
  const training = leadingTraining(recipe);
  for (const [index, step] of recipe.steps.entries()) {
    world.progress.report(`step ${step.pass}`, index, recipe.steps.length);
    if (passNamed(step.pass).promise === "lossy" && index >= training) original ??= input;
    const learnsFrom = original ?? (index < training ? input : undefined);
    const given = lock && (lock.lock.steps[index]?.choices ?? {});
    const key = stepKey(facts, index, { input, original: learnsFrom, given });
    const known = await cache.find(key);
    const features = lock?.lock.cpu.features;
    const folders = { cache, checkpoints: join(checkpoints, key) };
    const parts = { facts, index, model, original: learnsFrom, given, ...folders, features };
    const entry = known ?? (await cache.store(key, (folder) => runStep(parts, folder, world)));
    const description = entry.description as StepDescription;
    records.push(stepRecord(facts, index, description, known !== undefined));
    choices.push(description.choices);
    input = { file: join(entry.folder, modelFile), sha256: description.sha256 };
    model = readModel(input.file);
    if (index === training - 1) compared = await describeOriginal(input.file, model);
    if (lock !== undefined) checkLockOutput(lock.lock, facts.lock, lock.file, input.sha256, index);
  }
  return { records, model, choices, original: compared };
}

async function describeOriginal(path: string, model: Model): Promise<OriginalModel> {
  return { path, files: await describeFiles(filesOf(model, path)), weight: weighModel(model) };
}

interface StepInput {
  readonly file: string;
  readonly sha256: Digest;
}

interface StepSource {
  readonly input: StepInput;
  /** Before the first lossy step; undefined before there is one. */
  readonly original: StepInput | undefined;
  /** Choices of a lock file; undefined: nothing is replayed. */
  readonly given: StepChoices | undefined;
}

/** Everything that decides what a step gives. */
function stepKey({ checked, lock }: RunFacts, index: number, { input, original, given }: StepSource): Digest {
  const { tool, runtime, cpu, dataSha256, namedSha256 } = lock;
  const { seed, steps, data, evaluate, measure } = checked.recipe;
  const before = epochsBefore(checked.recipe, index);
  const learned = original && { original: original.sha256, before, given, data, evaluate, measure, named: namedSha256 };
  const step = steps[index];
  return cacheKey({ step, seed, input: input.sha256, data: dataSha256, tool, runtime, cpu, learned });
}

interface StepParts extends Omit<StepSource, "input"> {
  readonly facts: RunFacts;
  readonly index: number;
  readonly model: Model;
  readonly cache: FolderCache;
  /** Folder of this step's checkpoints. */
  readonly checkpoints: string;
  /** Of the lock file's processor; undefined: of this one. */
  readonly features: readonly string[] | undefined;
}

async function runStep(parts: StepParts, folder: string, world: World): Promise<StepDescription> {
  const { model, given } = parts;
  const { seed, steps } = parts.facts.checked.recipe;
  const { pass, options, only, except } = steps[parts.index]!;
  const choices = keepChoices(given);
  const learning = parts.original && learningOf(parts, parts.original, choices, world);
  const selection = selectionOf(only, except);
  const tools = createTools(world, { seed, selection, ...(learning && { learning }) });
  const idle = idleNotes(selection, model);
  const run = await runPass(model, passNamed(pass), options, tools);
  const { files } = writeModel(run.model, join(folder, modelFile));
  const { sha256, sizeBytes } = await describeFiles(files.map(({ path }) => path));
  const { nodesBefore, nodesAfter, durationMs } = run;
  const notes = [...idle, ...run.notes];
  const made = Object.keys(choices.all).length > 0 && { choices: choices.all };
  return { sha256, sizeBytes, nodesBefore, nodesAfter, durationMs, notes, ...made };
}

/** A replay chooses what is in the lock file, for the processor that is in it. */
function learningOf(parts: StepParts, original: StepInput, choices: Choices, world: World) {
  const { facts, index, model, cache, checkpoints, features } = parts;
  const { recipe } = facts.checked;
  const { device = "cpu", threads = 1 } = recipe.measure[0] ?? {};
  const bench = { device, threads, seed: recipe.seed, cpuFeatures: features };
  const { learning: data, named } = facts;
  const before = epochsBefore(recipe, index);
  const training = { device, checkpoints: folderCheckpoints(checkpoints), epochsBefore: before };
  const options = { data, bench, choices, original: readModelFile(original.file), cache, named, training };
  return learningTools(model, options, world);
}

function stepRecord({ checked }: RunFacts, index: number, description: StepDescription, isCached: boolean): StepRecord {
  const step = checked.recipe.steps[index]!;
  const { choices: _, ...rest } = description;
  return { name: step.pass, options: writtenOptions(step), status: isCached ? "cached" : "done", ...rest };
}
