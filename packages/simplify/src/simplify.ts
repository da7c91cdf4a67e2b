/**
 * All rewrites together, until none finds anything more: first those that round nowhere or where the runtime does so
 * itself when it loads a model, then the bold ones, whose effect is measured and taken back where a model amplifies it.
 * A round looks at the whole model once (types, shapes, known integers) and runs every rewrite on it, so the cost is
 * rounds × nodes; rounds are few and bounded.
 */
import { cloneModel, countNodes, type Model } from "@pare/ir";
import { modelSavepoint, type Pass, probeModel, type Tools, worstDifference } from "@pare/pass";
import * as z from "zod";
import { dropDead } from "./drop-dead.ts";
import { extractConstants } from "./extract-constants.ts";
import { fixInputShapes } from "./fix-input-shapes.ts";
import { defaultMaxFoldBytes, foldConstantsStep } from "./fold-constants.ts";
import { freezeInputs } from "./freeze-inputs.ts";
import { inlineFunctions } from "./inline-functions.ts";
import { parameterBytes } from "./ledger.ts";
import { rewritings } from "./rewritings.ts";
import { type Rewriting, sweeper } from "./rule.ts";
import { Scene } from "./scene.ts";
import { shareConstants } from "./share-constants.ts";
import { shareSubexpressions } from "./share-subexpressions.ts";
import type { Step } from "./step.ts";

export const simplifyOptions = z.strictObject({
  inputShapes: z
    .record(z.string(), z.array(z.int().min(0)))
    .default({})
    .describe("Sizes of inputs to fix, by name: shape arithmetic that depends on them becomes constant"),
  keepInitialInputs: z
    .boolean()
    .default(false)
    .describe("Keep inputs that have an initial value: callers may go on overriding them, and they are folded nowhere"),
  exactOnly: z
    .boolean()
    .default(false)
    .describe("Only rewrites that leave every output bit as it is; inputs that have an initial value stay inputs"),
  maxFoldBytes: z
    .int()
    .min(0)
    .default(defaultMaxFoldBytes)
    .describe("Constant expressions with a larger result are left to the runtime (bytes)"),
});

export type SimplifyOptions = z.infer<typeof simplifyOptions>;

const mostRounds = 24;
/** Bold rewrites stay where they move outputs by no more than this part of their largest value. */
const boldLimit = 2.5e-6;
/** Larger models are not run to measure that. */
const largestMeasuredBytes = 256 * 1024 * 1024;

export const simplify: Pass<SimplifyOptions> = {
  name: "simplify",
  summary:
    "Fold constants, batch normalization and bias, merge chains, share what is computed twice, drop what is unused",
  options: simplifyOptions,
  promise: "rounding",
  async run(model, options, tools) {
    const scene = new Scene(model, tools);
    const perform = async (step: Step) => {
      scene.label = step.name;
      await step.run(scene);
    };
    if (Object.keys(options.inputShapes).length > 0) {
      scene.label = "simplify/fix-input-shapes";
      fixInputShapes(scene, options.inputShapes);
    }
    if (!options.keepInitialInputs && !options.exactOnly) await perform(freezeInputs);
    for (const step of [inlineFunctions, dropDead, extractConstants]) await perform(step);
    const cleaning = [shareConstants, foldConstantsStep(options.maxFoldBytes), shareSubexpressions, dropDead];
    await settle(
      scene,
      cleaning,
      rewritings.filter((each) => each.promise === "exact"),
    );
    if (options.exactOnly) return scene.notes;
    const exact = cloneModel(model);
    await settle(
      scene,
      cleaning,
      rewritings.filter((each) => each.isBold !== true),
    );
    await settleBoldly(scene, cleaning, exact);
    return scene.notes;
  },
};

/** Rounds until nothing changes. */
async function settle(scene: Scene, steps: readonly Step[], rewrites: readonly Rewriting[]): Promise<void> {
  const sweep = sweeper(rewrites);
  for (let round = 0; round < mostRounds; round++) {
    const before = scene.changes;
    scene.refresh();
    scene.tools.progress.report(`simplify: ${countNodes(scene.model)} nodes left`, round, mostRounds);
    for (const step of steps) {
      scene.label = step.name;
      await step.run(scene);
    }
    sweep(scene);
    if (scene.changes === before) return;
  }
}

/** All rewrites, undone again where the outputs move too far for it. */
async function settleBoldly(scene: Scene, steps: readonly Step[], exact: Model): Promise<void> {
  const { model } = scene;
  const changes = scene.changes;
  const cautious = cloneModel(model);
  const savepoint = modelSavepoint(model);
  const notes = scene.mark();
  try {
    await settle(scene, steps, rewritings);
    const moved = scene.changes > changes ? await movedTooFar(exact, cautious, model, scene.tools) : undefined;
    if (moved === undefined) return savepoint.release();
    savepoint.rollback();
    notes.rewind();
    const text = `left arithmetic with constants where it is: folded, outputs move by ${moved.toPrecision(2)} of their largest value`;
    scene.leave(text, model.graph.name);
  } catch (error) {
    savepoint.rollback();
    throw error;
  }
}

/** How far the bold model's outputs are from the exact one's, where that is too far; the cautious one's own way is not. */
async function movedTooFar(exact: Model, cautious: Model, bold: Model, tools: Tools): Promise<number | undefined> {
  if (parameterBytes(bold) > largestMeasuredBytes) return undefined;
  const probe = await probeModel(exact, tools, ["zeros", "seed 1", "seed 2"]);
  if (typeof probe === "string") return undefined;
  const moved = await worstDifference(probe, bold, tools);
  if (moved <= boldLimit || moved <= (await worstDifference(probe, cautious, tools))) return undefined;
  return moved;
}
