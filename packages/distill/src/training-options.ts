import type { OptimizerSpec, Schedule, WeightDecay } from "@pare/train";
import * as z from "zod";
import { preprocessing } from "./preprocessing.ts";

const patterns = z.union([z.string().min(1), z.array(z.string().min(1))]).transform((written) => [written].flat());

/** What every pass that trains can be told. `epochs`, `learningRate` and `schedule` have their defaults in each pass. */
export const trainingOptions = {
  batch: z.int().min(1).max(65_536).default(128).describe("Samples in a batch. Default 128."),
  optimizer: z
    .enum(["sgd", "adam", "adamw"])
    .default("sgd")
    .describe("sgd: with momentum and Nesterov's look ahead. Default sgd."),
  momentum: z
    .number()
    .min(0)
    .max(0.999)
    .optional()
    .describe("Of sgd. Default 0.9; of one-cycle 0.95, down to 0.85 where the rate is largest, and up again."),
  nesterov: z.boolean().default(true).describe("Of sgd. Default true."),
  weightDecay: z.number().min(0).max(1).default(5e-4).describe("λ. Default 0.0005."),
  decay: z
    .enum(["weights", "all"])
    .default("weights")
    .describe("What decays: weights alone, or biases and scales of norms too. Default weights."),
  rising: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.3)
    .describe("Of one-cycle: share of all steps in which the rate rises. Default 0.3."),
  warmUp: z.number().min(0).max(1000).default(0).describe("Epochs in which the rate rises from 0 at first. Default 0."),
  clipNorm: z.number().positive().optional().describe("Longest gradient; longer ones are scaled down. Default: none."),
  accumulate: z.int().min(1).max(1024).default(1).describe("Batches that make one update. Default 1."),
  average: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("Decay of a moving average of the weights, which is what is kept: 0.999. Default: none."),
  loss: z
    .enum(["auto", "cross-entropy", "binary-cross-entropy", "mse", "huber", "cosine"])
    .default("auto")
    .describe("auto: cross-entropy of classes, squared error of values. Default auto."),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe("ε of cross-entropy. Default 0."),
  output: z.string().min(1).optional().describe("Output that is trained. Default: the first."),
  frozen: patterns
    .default([])
    .describe("What keeps its weights: names with * and ?, or op:<operator>. Default: nothing."),
  batchNorm: z
    .enum(["train", "frozen"])
    .default("train")
    .describe("train: by each batch's statistics, the running ones follow. frozen: as in inference. Default train."),
  dropout: z
    .enum(["drop", "keep"])
    .default("drop")
    .describe("Whether Dropout nodes drop anything. Default drop: none does."),
  keepZeros: z
    .boolean()
    .default(true)
    .describe("Weights that are exactly 0 in tensors with a tenth of such or more (pruned ones) stay 0. Default true."),
  patience: z
    .int()
    .min(1)
    .optional()
    .describe("Epochs without a better result after which training ends. Default: all are done."),
  formulation: z
    .enum(["auto", "cpu", "portable"])
    .default("auto")
    .describe("Operators of the backward pass. auto: what is fast on the device. Default auto."),
  compare: z
    .array(z.enum(["alone", "original"]))
    .optional()
    .describe(
      "Trainings for comparison. alone: without teachers. original: the model before any lossy step for the same epochs. " +
        "Default: what applies; [] for none.",
    ),
};

export const epochsOption = (standard: number) =>
  z
    .int()
    .min(1)
    .max(100_000)
    .default(standard)
    .describe(`Times that the training data is gone through. Default ${standard}.`);

export const rateOption = (standard: number) =>
  z.number().positive().max(100).default(standard).describe(`Largest learning rate. Default ${standard}.`);

const schedules = ["cosine", "one-cycle", "step", "constant"] as const;

export const scheduleOption = (standard: (typeof schedules)[number]) =>
  z
    .enum(schedules)
    .default(standard)
    .describe(
      "How the rate goes. cosine: down to 0. one-cycle: up, then down. step: a tenth after a half and three quarters. " +
        `Default ${standard}.`,
    );

/** What the shared options come out as. */
export type TrainingOptions = z.output<z.ZodObject<typeof trainingOptions>> & {
  readonly epochs: number;
  readonly learningRate: number;
  readonly schedule: (typeof schedules)[number];
};

const reference = z.string().min(1);

/** What a teacher is, and how it is listened to. */
export const teacherOptions = {
  teacher: z
    .union([reference, z.array(reference).min(1)])
    .transform((written) => [written].flat())
    .describe(
      "input: the model as it is before this step. original: before any lossy step. Else a model file, relative to the " +
        "recipe, or builtin:<name>. Several are averaged.",
    ),
  preprocessing: preprocessing.optional(),
  temperature: z.number().positive().max(100).default(4).describe("T of Hinton and others (2015). Default 4."),
  weight: z.number().min(0).max(1).default(0.7).describe("Of the teacher; the labels have the rest. Default 0.7."),
  labels: z.boolean().default(true).describe("false: the teacher alone. Default true."),
  hints: z
    .number()
    .min(0)
    .default(0)
    .describe("Weight of features inside, those of the first teacher, compared after a projection. Default 0: none."),
  attention: z
    .number()
    .min(0)
    .default(0)
    .describe("Weight of attention transfer between features of the same height and width. Default 0: none."),
  pairs: z
    .array(z.strictObject({ student: z.string().min(1), teacher: z.string().min(1) }))
    .min(1)
    .optional()
    .describe("Values of both that hints and attention compare. Default: the last ones of each height and width."),
};

export type TeacherOptions = z.output<z.ZodObject<typeof teacherOptions>>;

export function optimizerOf({ optimizer, nesterov }: TrainingOptions): OptimizerSpec {
  return optimizer === "sgd" ? { kind: "sgd", nesterov } : { kind: optimizer };
}

export function weightDecayOf({ weightDecay, decay }: TrainingOptions): WeightDecay {
  return { rate: weightDecay, of: decay };
}

/** @param stepsPerEpoch batches of one epoch */
export function scheduleOf(options: TrainingOptions, stepsPerEpoch: number): Schedule {
  const { learningRate: rate, momentum, warmUp, rising, schedule } = options;
  const given = { rate, warmUpSteps: Math.round(warmUp * stepsPerEpoch), ...(momentum !== undefined && { momentum }) };
  switch (schedule) {
    case "cosine":
      return { kind: "cosine", ...given };
    case "constant":
      return { kind: "constant", ...given };
    case "step":
      return { kind: "step-decay", ...given, at: [0.5, 0.75] };
    case "one-cycle": {
      const { momentum: steady, ...others } = given;
      const constant = steady !== undefined && { momentum: { low: steady, high: steady } };
      return { kind: "one-cycle", ...others, rising, ...constant };
    }
  }
}
