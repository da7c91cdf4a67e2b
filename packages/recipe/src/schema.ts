import * as z from "zod";
import { dataSection } from "./data-schema.ts";
import { evaluateSection } from "./evaluate-schema.ts";

/** What a recipe may name. `src` fills it from the lists of what the program has. */
export interface RecipeCatalog {
  readonly passes: readonly StepKind[];
  /** Names after "builtin:". */
  readonly builtinModels: readonly string[];
  /** Data sets that are drawn, not read. */
  readonly generatedData: readonly string[];
  readonly metrics: readonly string[];
  readonly engines: readonly string[];
}

/** Of a pass, what a recipe needs to know. */
export interface StepKind {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType;
}

const oneOf = (names: readonly string[]) => z.enum(names as [string, ...string[]]);

const measurement = (engines: readonly string[]) =>
  z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and dashes")
        .optional()
        .describe("What the results are called: latency.<name>.p50. Default: the scenario."),
      engine: oneOf(engines).default("onnxruntime").describe("Default onnxruntime."),
      device: z.enum(["cpu", "webgpu", "cuda", "tensorrt", "coreml", "dml"]).default("cpu").describe("Default cpu."),
      threads: z.int().min(1).max(1024).default(1).describe("Threads of the engine. Default 1."),
      scenario: z
        .enum(["online", "batch", "streaming", "server"])
        .default("online")
        .describe(
          "online: one request at a time. batch: as many samples a second as possible. streaming: a source at a fixed " +
            "rate; what a newer request replaces while it waits is dropped. server: requests at random times (Poisson), " +
            "the highest rate at which latency keeps a bound. Default online.",
        ),
      batch: z.int().min(1).max(65_536).optional().describe("Samples a request. Default: 1; of scenario batch 32."),
      rate: z
        .number()
        .min(0.1)
        .max(1e6)
        .optional()
        .describe(
          "streaming: requests a second at which latency and drops are measured. Default: only the highest rate that " +
            "keeps up, dropping at most 1 %, is searched.",
        ),
      "bound-ms": z
        .number()
        .min(0.001)
        .max(600_000)
        .optional()
        .describe("server: latency to keep, ms. Required there."),
      percentile: z
        .number()
        .min(50)
        .max(99.9)
        .optional()
        .describe("server: of the requests that keep the bound, per cent. Default 99: p99."),
      budget: z
        .number()
        .min(0.1)
        .max(3600)
        .default(20)
        .describe(
          "Seconds for warm-up and runs of both models at most; it ends when the ratio is precise. Default 20.",
        ),
      "price-per-hour": z
        .number()
        .min(0)
        .max(1e6)
        .optional()
        .describe("What an hour of the machine costs: gives cost.<name>, of a million predictions. Default: none."),
    })
    .describe("One way to measure speed; original and result are interleaved.");

export const stepsDescription =
  "What is done to the model, in order. A name, or a name with its options: { name: { option: value } }.";

/** Everything but the steps, which `steps.ts` checks against each pass's own schema. */
export function recipeSchema(catalog: RecipeCatalog) {
  return z.strictObject({
    version: z.literal(1).describe("The version of this format: 1."),
    name: z
      .string()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u, "letters, digits, dots, dashes and underscores; at most 100")
      .optional()
      .describe("Names the folder of its runs. Default: the file's name."),
    seed: z.int().min(0).max(4_294_967_295).default(0).describe("Everything random comes from it. Default 0."),
    model: z.string().min(1).describe("A path relative to this file, or builtin:<name>."),
    data: dataSection(catalog.generatedData),
    evaluate: evaluateSection(catalog.metrics).optional(),
    steps: z.array(z.unknown()).default([]).describe(stepsDescription),
    measure: z.array(measurement(catalog.engines)).default([]).describe("How speed is measured. Default: not at all."),
    gates: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "Conditions that must hold, over accuracy, latency, throughput and size, also of `original.` and `base.`: " +
          "accuracy.top1 >= original.accuracy.top1 - 0.01. Default: none.",
      ),
  });
}

export type WrittenRecipe = z.output<ReturnType<typeof recipeSchema>>;
