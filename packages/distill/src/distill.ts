import { cloneModel, type Model } from "@pare/ir";
import type { Pass, Tools } from "@pare/pass";
import * as z from "zod";
import { type ComparisonParts, trainCompared } from "./comparisons.ts";
import { foreseeTraining } from "./foresee.ts";
import { trainingNotes } from "./notes.ts";
import { readyForTraining } from "./ready.ts";
import { requireTraining } from "./require-training.ts";
import { withPortsOf } from "./same-ports.ts";
import { openTeachers, referencesOf } from "./teachers.ts";
import type { Training } from "./train-model.ts";
import { epochsOption, rateOption, scheduleOption, teacherOptions, trainingOptions } from "./training-options.ts";

const name = "distill";

export const distillOptions = z.strictObject({
  student: z
    .string()
    .min(1)
    .default("input")
    .describe(
      "What learns and takes the model's place: a model file, builtin:<architecture> with drawn weights " +
        "(builtin:resnet8?width=8), or input: the model itself. Default input.",
    ),
  ...teacherOptions,
  teacher: teacherOptions.teacher.default(["input"]),
  epochs: epochsOption(10),
  learningRate: rateOption(0.1),
  schedule: scheduleOption("one-cycle"),
  ...trainingOptions,
});

export type DistillOptions = z.output<typeof distillOptions>;

/**
 * A student learns what its teacher says of the training data: α·T²·KL(softmax(z_t ÷ T) ‖ softmax(z_s ÷ T)) +
 * (1 − α)·cross-entropy (Hinton, Vinyals, Dean 2015).
 */
export const distill: Pass<DistillOptions> = {
  name,
  summary: "Train a student by a teacher's outputs; it takes the model's place.",
  options: distillOptions,
  promise: "lossy",
  models: (options) => [...referencesOf(options), ...(options.student === "input" ? [] : [options.student])],
  foresee: async (model, options, tools) => {
    const training = trainingOf(model, options, tools);
    const readiness = readyForTraining(training.model, options.frozen);
    const notes = await foreseeTraining(training, partsOf(model, options, tools), name, tools);
    return { notes: [...readiness, ...notes], model: training.model };
  },
  run: async (model, options, given) => {
    const tools = requireTraining(given, name);
    const training = trainingOf(model, options, tools);
    const readiness = readyForTraining(training.model, options.frozen);
    const { trained, compared } = await trainCompared(training, partsOf(model, options, tools), name, tools);
    return { notes: [...readiness, ...trainingNotes(trained, compared)], model: trained.model };
  },
};

function partsOf(model: Model, { compare }: DistillOptions, { original = model }: Tools): ComparisonParts {
  return { wanted: compare, original };
}

function trainingOf(model: Model, options: DistillOptions, tools: Tools): Training {
  const student = options.student === "input" ? cloneModel(model) : withPortsOf(tools.model!(options.student), model);
  const teaching = { ...options, teachers: openTeachers(options, model, tools, name) };
  return { label: "student, taught", role: "result", model: student, options, teaching };
}
