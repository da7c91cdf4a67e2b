import { cloneModel, type Model } from "@pare/ir";
import type { Pass, Tools } from "@pare/pass";
import { setConstants } from "@pare/train";
import * as z from "zod";
import { type ComparisonParts, trainCompared } from "./comparisons.ts";
import { foreseeTraining } from "./foresee.ts";
import { trainingNotes } from "./notes.ts";
import { readyForTraining } from "./ready.ts";
import { requireTraining } from "./require-training.ts";
import { openTeachers, referencesOf } from "./teachers.ts";
import type { Training } from "./train-model.ts";
import { epochsOption, rateOption, scheduleOption, teacherOptions, trainingOptions } from "./training-options.ts";

const name = "train/finetune";

export const finetuneOptions = z.strictObject({
  epochs: epochsOption(3),
  learningRate: rateOption(0.01),
  schedule: scheduleOption("cosine"),
  ...trainingOptions,
  distill: z.strictObject(teacherOptions).optional().describe("A teacher beside the labels. Default: none."),
});

export type FinetuneOptions = z.output<typeof finetuneOptions>;

/** Trains a model further on its data, by its labels or a teacher; an untrained network from scratch. */
export const finetune: Pass<FinetuneOptions> = {
  name,
  summary: "Train the weights on the recipe's training data, by labels, a teacher or both.",
  options: finetuneOptions,
  promise: "lossy",
  models: ({ distill }) => referencesOf(distill),
  foresee: async (model, options, tools) => {
    const readiness = readyForTraining(model, options.frozen);
    const training = trainingOf(model, options, tools);
    return [...readiness, ...(await foreseeTraining(training, partsOf(options, tools), name, tools))];
  },
  run: async (model, options, given) => {
    const tools = requireTraining(given, name);
    const readiness = readyForTraining(model, options.frozen);
    const training = trainingOf(cloneModel(model), options, tools);
    const { trained, compared } = await trainCompared(training, partsOf(options, tools), name, tools);
    setConstants(model, trained.learned);
    return [...readiness, ...trainingNotes(trained, compared)];
  },
};

function partsOf({ compare }: FinetuneOptions, { original }: Tools): ComparisonParts {
  return { wanted: compare, original };
}

function trainingOf(model: Model, options: FinetuneOptions, tools: Tools): Training {
  const teaching = options.distill && {
    ...options.distill,
    teachers: openTeachers(options.distill, model, tools, name),
  };
  return {
    ...{ label: teaching === undefined ? "by labels" : "taught", role: "result", model, options },
    ...(teaching !== undefined && { teaching }),
  };
}
