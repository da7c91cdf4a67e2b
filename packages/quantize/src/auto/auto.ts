import type { Model } from "@pare/ir";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass } from "@pare/pass";
import * as z from "zod";
import { foresee } from "../predict/foresee.ts";
import { proofNote } from "../predict/proof-note.ts";
import { writePorts } from "../qdq/integer-ports.ts";
import { foreseeStatic } from "../schemes/static.ts";
import { subgraphNotes } from "../schemes/subgraph-notes.ts";
import { openTarget, targetOption } from "../targets/option.ts";
import type { Target } from "../targets/target.ts";
import { outcomeNotes } from "./notes.ts";
import { applyPlan, type Plan, planSchema } from "./plan.ts";
import { search } from "./search.ts";

export const autoOptions = z.strictObject({
  target: targetOption,
  maxDrop: z
    .number()
    .min(0)
    .default(0.01)
    .describe(
      "Loss of the first metric that is allowed: 0.01 is one point of an accuracy. Without labels: of agreement where the outputs are probabilities of classes, else the share of the outputs' energy that may be noise beyond the original's own, 0.01 for 20 dB. Default 0.01.",
    ),
  against: z
    .enum(["input", "original"])
    .default("input")
    .describe(
      "What the loss is counted from: the model that comes into this step, or the one before any lossy step. Default input.",
    ),
  maxTime: z.number().min(1).max(86_400).default(300).describe("Seconds that the search may take. Default 300."),
  prefer: z
    .enum(["speed", "size"])
    .default("speed")
    .describe("speed: the fastest, and never slower than what came in. size: the smallest. Default speed."),
});

export type AutoOptions = z.output<typeof autoOptions>;

const pass = "quantize/auto";

export const quantizeAuto: Pass<AutoOptions> = {
  name: pass,
  summary: "Find by measuring what makes the model fast and small on this machine and keeps its accuracy.",
  options: autoOptions,
  promise: "lossy",
  foresee: async (model, { target: wanted, maxTime }, tools) => {
    const target = openTarget(wanted, tools);
    const search = `tries ranges, corrections and regions for at most ${maxTime} s; everything integer would be:`;
    return [{ kind: "info", text: search }, ...foreseeStatic(model, target, {}, tools)];
  },
  run: async (model, { target: wanted, maxDrop, against, maxTime, prefer }, tools) => {
    const target = openTarget(wanted, tools);
    const raised = upgradeOpset(model, 13).filter(({ kind }) => kind === "changed");
    const known = planSchema.safeParse(tools.choices?.recall(pass));
    if (known.success) {
      await applyPlan(model, known.data, target, tools);
      const text = `chosen before, by the lock file: ${describePlan(known.data)}`;
      return [...raised, { kind: "info", text }, ...writePorts(model, target)];
    }
    const inside = await subgraphNotes(model, tools.data);
    const reference = against === "original" ? (tools.original ?? model) : model;
    const options = { reference, maxDrop, maxTimeMs: maxTime * 1000, prefer };
    const outcome = await search(model, target, options, tools);
    tools.choices?.record(pass, outcome.chosen.plan);
    const missed = tools.data === undefined ? [dataNote(model, target)] : [];
    await applyPlan(model, outcome.chosen.plan, target, tools);
    const proof = await proofNote(model, target, tools.bench);
    return [...raised, ...outcomeNotes(outcome, maxDrop), ...missed, ...inside, proof, ...writePorts(model, target)];
  },
};

/** What calibration data would buy. */
function dataNote(model: Model, target: Target): Note {
  const { integerShare: share = 0 } = foresee(model, target).prediction;
  const bought =
    share > 0
      ? `${(100 * share).toFixed(0)} % of the multiply-adds could be integer on ${target.name}`
      : `accuracy would be measured; ${target.name} multiplies no integers of static quantization`;
  const text = `with training data (--data recipe.yaml; \`pare init\` writes one) ${bought}`;
  return { kind: "info", text };
}

function describePlan(plan: Plan): string {
  if (plan.scheme === "storage") return `weights stored as ${plan.type}`;
  if (plan.scheme !== "static") return plan.scheme;
  return `static, ${plan.calibrate}${plan.correct ? ", biases corrected" : ""}, ${plan.float.length} nodes in float`;
}
