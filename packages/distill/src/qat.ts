import { cloneModel, type Model, type Node, type Value } from "@pare/ir";
import type { Note, Pass, Tools } from "@pare/pass";
import { type CodeLimits, type FakeQuantized, fakeQuantized, fixScales, storeLearned } from "@pare/train";
import * as z from "zod";
import { type ComparisonParts, trainCompared } from "./comparisons.ts";
import { foreseeTraining } from "./foresee.ts";
import { frozenBy } from "./frozen.ts";
import { trainingNotes } from "./notes.ts";
import { readyForTraining } from "./ready.ts";
import { requireTraining } from "./require-training.ts";
import { compareStored, storedNotes } from "./stored.ts";
import { openTeachers, referencesOf } from "./teachers.ts";
import type { Training } from "./train-model.ts";
import { epochsOption, rateOption, scheduleOption, teacherOptions, trainingOptions } from "./training-options.ts";

const name = "quantize/qat";

/** What static quantization has to offer: this package trains what it writes. */
export interface StaticQuantization<Shape extends z.ZodRawShape> {
  readonly options: z.ZodObject<Shape>;
  /** Quantizes a model in place. */
  quantize(model: Model, options: z.output<z.ZodObject<Shape>>, tools: Tools): Promise<readonly Note[]>;
  /** What is left to do once the codes are final. */
  finish(model: Model, options: z.output<z.ZodObject<Shape>>, tools: Tools): Promise<readonly Note[]>;
  foresee(model: Model, options: z.output<z.ZodObject<Shape>>, tools: Tools): Promise<readonly Note[]>;
  /** Codes that weights may have where they are fewer than the type's. */
  limits(options: z.output<z.ZodObject<Shape>>, tools: Tools): CodeLimits | undefined;
}

const qatOptions = {
  ...trainingOptions,
  epochs: epochsOption(2),
  learningRate: rateOption(1e-4),
  schedule: scheduleOption("cosine"),
  optimizer: z
    .enum(["sgd", "adam", "adamw"])
    .default("adam")
    .describe("Default adam: scales and weights differ in size."),
  batchNorm: z
    .enum(["train", "frozen"])
    .default("frozen")
    .describe("Batch norms that were not folded. Default frozen."),
  scaleRate: z.number().min(0).max(100).default(1).describe("The scales' rate, times the weights'. Default 1."),
  distill: z
    .union([
      z.strictObject({ ...teacherOptions, teacher: teacherOptions.teacher.default(["original"]) }),
      z.literal(false),
    ])
    .prefault({})
    .describe("The teacher beside the labels; false: none. Default: the original model."),
  compare: trainingOptions.compare
    .unwrap()
    .default(["original"])
    .describe("alone: the same without a teacher. original: the original for the same epochs. Default [original]."),
};

/**
 * Quantization-aware training: static quantization, then training with weights and activations rounded as they will be and
 * scales learned, then the same graph with what was learned in it.
 */
export function qatPass<Shape extends z.ZodRawShape>(base: StaticQuantization<Shape>): Pass {
  const options = z.strictObject({ ...base.options.shape, ...qatOptions });
  type Options = z.output<z.ZodObject<typeof qatOptions>> & z.output<z.ZodObject<Shape>>;
  const pass: Pass<Options> = {
    name,
    summary: "Quantize and train what was lost back, with rounding in every step and scales that are learned.",
    options: options as unknown as z.ZodType<Options>,
    promise: "lossy",
    models: ({ distill }) => referencesOf(distill || undefined),
    foresee: async (model, given, tools) => {
      const readiness = readyForTraining(model, given.frozen);
      const float = cloneModel(model);
      const notes = await base.foresee(model, given, tools);
      const fake = fakeQuantized(model, { float, ...fakeOptions(given, tools) });
      const training = trainingOf(fake, float, given, tools);
      return [...readiness, ...notes, ...(await foreseeTraining(training, partsOf(float, given, tools), name, tools))];
    },
    run: async (model, given, world) => {
      const tools = requireTraining(world, name);
      const readiness = readyForTraining(model, given.frozen);
      const float = cloneModel(model);
      const notes = await base.quantize(model, given, tools);
      const options = fakeOptions(given, tools);
      const fake = fakeQuantized(model, { float, ...options });
      const training = trainingOf(fake, float, given, tools);
      const { trained, compared } = await trainCompared(training, partsOf(float, given, tools), name, tools);
      storeLearned(model, fake, trained.learned, options.limits);
      const finished = await base.finish(model, given, tools);
      const stored = await compareStored(model, trained.model, tools);
      const record = stored === undefined || "fault" in stored ? trained.record : { ...trained.record, stored };
      return [
        ...[...readiness, ...notes, ...trainingNotes({ ...trained, record }, compared)],
        ...[...storedNotes(stored), ...finished],
      ];
    },
  };
  return pass as Pass;

  function fakeOptions(given: Options, tools: Tools) {
    return { limits: base.limits(given, tools), frozen: frozenBy(given.frozen) };
  }
}

/** Patterns speak of layers and constants; of a frozen layer the float bias is behind other nodes. */
function isFrozenIn(fake: FakeQuantized, options: QatOptions): (subject: Node | Value) => boolean {
  const isChosen = frozenBy(options.frozen);
  return (subject) => isChosen?.(subject) || ("origin" in subject && fake.frozen.has(subject.name));
}

function partsOf(float: Model, { compare }: QatOptions, { original = float }: Tools): ComparisonParts {
  return { wanted: compare, original };
}

type QatOptions = z.output<z.ZodObject<typeof qatOptions>>;

function trainingOf(fake: FakeQuantized, float: Model, options: QatOptions, tools: Tools): Training {
  const { distill } = options;
  const originals = { ...tools, original: tools.original ?? float };
  const teaching = distill && { ...distill, teachers: openTeachers(distill, float, originals, name) };
  return {
    ...{ label: "quantized, trained", role: "result", model: fake.model, options },
    quantized: {
      step: { also: fake.trained, quantizerRate: options.scaleRate, frozen: isFrozenIn(fake, options) },
      settle: (trained) => fixScales(trained, fake),
    },
    ...(teaching && { teaching }),
  };
}
