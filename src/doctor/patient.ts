/** The models that a diagnosis looks at, and the step between them. */

import { subset } from "@pare/data";
import { readModelFile } from "@pare/formats";
import { cloneModel, type Model } from "@pare/ir";
import { type PassData, runPass, selector, type Tools } from "@pare/pass";
import { equalizeLayers, isQuantized, openTarget, type Target, writeStatic } from "@pare/quantize";
import type { CheckedRecipe, RecipeStep } from "@pare/recipe";
import { passNamed } from "../catalog.ts";
import { presentFeatures } from "../learn/bench.ts";
import { chooseSamples } from "../learn/choose-samples.ts";
import { type LearningData, openLearningData } from "../learn/learning-data.ts";
import { learningTools } from "../learn/learning-tools.ts";
import { findModel } from "../run/facts.ts";
import { createTools, selectionOf, type World } from "../run/tools.ts";
import { noDataError, originalMissingError } from "./errors.ts";
import { defaultStep, type StaticStep } from "./step-lines.ts";

export interface Patient {
  /** As it was before any step. */
  readonly original: Model;
  /** Float, after the steps before quantization. */
  readonly prepared: Model;
  /** The model that came quantized; undefined: `step` makes it of `prepared`. */
  readonly stored: Model | undefined;
  /** Of a stored model: what would make it anew. */
  readonly step: StaticStep;
  readonly target: Target;
  readonly data: LearningData;
  readonly tools: LearningTools;
}

export type LearningTools = Tools & { readonly data: PassData };

export interface PatientFiles {
  readonly model: string;
  readonly against: string | undefined;
  readonly checked: CheckedRecipe;
  /** Instead of the recipe's. */
  readonly target: string | undefined;
}

/** Judged samples, at most. */
const mostJudged = 1000;

/** @throws DOCTOR_ORIGINAL, DOCTOR_DATA; the faults of the files, of the recipe's data and of its steps */
export async function openPatient(files: PatientFiles, world: World): Promise<Patient> {
  const { checked } = files;
  const given = readModelFile(files.model);
  const stored = isQuantized(given) ? given : undefined;
  const original = stored === undefined ? given : await readOriginal(files);
  const opened = await openLearningData(checked);
  if (opened === undefined) throw noDataError(checked.file);
  const data = { ...opened, validation: few(opened.validation, checked.recipe.seed) };
  const tools = toolsOn(original, data, world);
  const prepared = cloneModel(original);
  const { before, step } = stored === undefined ? splitSteps(checked.recipe.steps) : withoutSteps;
  for (const { pass, options, only, except } of before) {
    const selected = createTools(world, { seed: checked.recipe.seed, selection: selectionOf(only, except) });
    await runPass(prepared, passNamed(pass), options, { ...tools, selects: selected.selects });
  }
  const target = openTarget(files.target ?? step.options.target, { cpuFeatures: presentFeatures() });
  const options = { ...step.options, ...(files.target !== undefined && { target: files.target }) };
  return { original, prepared, stored, step: { ...step, options }, target, data, tools };
}

export function toolsOn(model: Model, data: LearningData, world: World): LearningTools {
  const { data: learned } = learningTools(model, { data, bench: undefined }, world);
  return { ...createTools(world, { seed: data.recipe.seed }), data: learned! };
}

function few(dataset: LearningData["validation"], seed: number) {
  return dataset.length <= mostJudged ? dataset : subset(dataset, chooseSamples(dataset, mostJudged, seed), "judged");
}

async function readOriginal({ model, against, checked }: PatientFiles): Promise<Model> {
  const path = against ?? (await findModel(checked));
  const original = readModelFile(path);
  if (isQuantized(original)) throw originalMissingError(model);
  return original;
}

const simplifyStep: RecipeStep = { pass: "simplify", only: [], except: [], options: {} };
const withoutSteps = { before: [simplifyStep], step: defaultStep };

/** The recipe's first quantize/static with the steps before it; without one: simplify, and static with its defaults. */
function splitSteps(steps: readonly RecipeStep[]): {
  readonly before: readonly RecipeStep[];
  readonly step: StaticStep;
} {
  const at = steps.findIndex(({ pass }) => pass === "quantize/static");
  const step = steps[at];
  if (step === undefined) return withoutSteps;
  const { only, except, options } = step;
  return {
    before: steps.slice(0, at),
    step: {
      ...defaultStep,
      ...{ only, except },
      options: { ...defaultStep.options, ...options },
      correct: steps.slice(at).some(({ pass }) => pass === "quantize/correct-biases"),
    },
  };
}

/** `prepared`, quantized by a step. */
export async function quantizedBy(
  step: StaticStep,
  { prepared, target }: Pick<Patient, "prepared" | "target">,
  tools: LearningTools,
): Promise<Model> {
  const model = cloneModel(prepared);
  const own = { ...tools, ...selectionOfStep(step) };
  if (step.equalize) equalizeLayers(model, own);
  await writeStatic(model, target, step.options, own);
  if (step.correct) await runPass(model, passNamed("quantize/correct-biases"), {}, { ...tools, original: prepared });
  return model;
}

export function selectionOfStep({ only, except }: StaticStep): Pick<Tools, "selects"> {
  return { selects: selector(selectionOf(only, except)) };
}
