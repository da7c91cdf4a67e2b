/** One way to quantize a model, as plain data: the lock file keeps it, and a replay builds it without searching. */
import { cloneModel, type Model, type Node } from "@pare/ir";
import type { Tools } from "@pare/pass";
import * as z from "zod";
import { calibrationMethods } from "../calibrate/options.ts";
import { correctBiases } from "../corrections/correct-biases.ts";
import { equalizeLayers } from "../corrections/equalize-layers.ts";
import { needsCalibrationError } from "../errors.ts";
import { nameOf } from "../node-names.ts";
import { writeDynamic } from "../schemes/dynamic.ts";
import { writeFloat16 } from "../schemes/float16.ts";
import { writeStatic } from "../schemes/static.ts";
import { storeWeights } from "../schemes/storage.ts";
import type { Target } from "../targets/target.ts";
import { withHistograms } from "./histograms.ts";

const staticPlan = z.strictObject({
  scheme: z.literal("static"),
  calibrate: z.enum(calibrationMethods),
  percentile: z.number().optional(),
  /** Weights on both sides of activations are made equally large before. */
  equalize: z.boolean(),
  /** Biases are corrected afterwards. */
  correct: z.boolean(),
  /** Names (`nameOf`) of nodes that stay float. */
  float: z.array(z.string()),
});

/** `storage`: weights in int8 or float16, arithmetic in float. What a static or dynamic plan leaves in float is stored so too. */
export const planSchema = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.literal("float") }),
  z.strictObject({ scheme: z.literal("storage"), type: z.enum(["int8", "float16"]), correct: z.boolean() }),
  z.strictObject({ scheme: z.literal("dynamic") }),
  z.strictObject({ scheme: z.literal("float16") }),
  staticPlan,
]);

export type Plan = z.output<typeof planSchema>;
export type StaticPlan = z.output<typeof staticPlan>;

/** A copy of `model`, quantized as the plan says. The same plan, model and data give the same bytes. */
export async function buildPlan(model: Model, plan: Plan, target: Target, tools: Tools): Promise<Model> {
  const copy = cloneModel(model);
  await applyPlan(copy, plan, target, tools);
  return copy;
}

/** The same in place. */
export async function applyPlan(model: Model, plan: Plan, target: Target, tools: Tools): Promise<void> {
  if (plan.scheme === "float") return;
  if (plan.scheme === "float16") {
    await writeFloat16(model, target, {}, tools);
    return;
  }
  // Bounds of activations stay one number, so that grids can take their place.
  if (plan.scheme === "static" && plan.equalize) equalizeLayers(model, tools, { bounds: "keep" });
  const before = cloneModel(model);
  if (plan.scheme === "dynamic") writeDynamic(model, target, {}, tools);
  if (plan.scheme === "static") await applyStatic(model, plan, target, tools);
  await storeWeights(model, plan.scheme === "storage" ? { type: plan.type } : {}, tools);
  if (plan.scheme === "dynamic" || !plan.correct || tools.data === undefined) return;
  await correctBiases(model, before, { ...tools, data: tools.data });
}

async function applyStatic(
  model: Model,
  { calibrate, percentile, float }: StaticPlan,
  target: Target,
  { data, ...tools }: Tools,
): Promise<void> {
  if (data === undefined) throw needsCalibrationError("quantize/auto");
  const kept = new Set(float);
  const reason = "faster or more accurate in float";
  const options = { calibrate, ...(percentile !== undefined && { percentile }) };
  const keepFloat = (node: Node) => (kept.has(nameOf(node)) ? reason : undefined);
  await writeStatic(model, target, options, { ...tools, data: withHistograms(data) }, keepFloat);
}
