/**
 * All rewrites together, until none finds anything more. A round looks at the whole model once (types, shapes, known
 * integers) and then runs every rewrite on it, so the cost is rounds × nodes; rounds are few and bounded.
 */
import { countNodes } from "@pare/ir";
import type { Pass } from "@pare/pass";
import { z } from "zod";
import { dropDead } from "./drop-dead.ts";
import { extractConstants } from "./extract-constants.ts";
import { fixInputShapes } from "./fix-input-shapes.ts";
import { defaultMaxFoldBytes, foldConstantsStep } from "./fold-constants.ts";
import { freezeInputs } from "./freeze-inputs.ts";
import { inlineFunctions } from "./inline-functions.ts";
import { rewritings } from "./rewritings.ts";
import { sweeper } from "./rule.ts";
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
  exactOnly: z.boolean().default(false).describe("Only rewrites that leave every output bit as it is"),
  maxFoldBytes: z
    .int()
    .min(0)
    .default(defaultMaxFoldBytes)
    .describe("Constant expressions with a larger result are left to the runtime (bytes)"),
});

export type SimplifyOptions = z.infer<typeof simplifyOptions>;

const mostRounds = 24;

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
    if (!options.keepInitialInputs) await perform(freezeInputs);
    for (const step of [inlineFunctions, dropDead, extractConstants]) await perform(step);
    const sweep = sweeper(rewritings.filter((each) => !options.exactOnly || each.promise === "exact"));
    const steps = [shareConstants, foldConstantsStep(options.maxFoldBytes), shareSubexpressions];
    for (let round = 0; round < mostRounds; round++) {
      const before = scene.changes;
      scene.refresh();
      tools.progress.report(`simplify: round ${round + 1}, ${countNodes(model)} nodes`, round, mostRounds);
      for (const step of steps) await perform(step);
      sweep(scene);
      await perform(dropDead);
      if (scene.changes === before) break;
    }
    return scene.notes;
  },
};
