import { upgradeOpset } from "@pare/opset";
import type { Note, Pass } from "@pare/pass";
import * as z from "zod";
import { openTarget, targetOption } from "../targets/option.ts";
import { accuracyOf, type Candidate } from "./candidate.ts";
import { applyPlan, type Plan, planSchema } from "./plan.ts";
import { type SearchOutcome, search } from "./search.ts";

export const autoOptions = z.strictObject({
  target: targetOption,
  maxDrop: z
    .number()
    .min(0)
    .default(0.01)
    .describe("Loss of the first metric that is allowed: 0.01 is one point of an accuracy. Default 0.01."),
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
  run: async (model, { target: wanted, maxDrop, maxTime, prefer }, tools) => {
    const target = openTarget(wanted, tools.bench?.cpuFeatures);
    const raised = upgradeOpset(model, 13).filter(({ kind }) => kind === "changed");
    const known = planSchema.safeParse(tools.choices?.recall(pass));
    if (known.success) {
      await applyPlan(model, known.data, target, tools);
      return [...raised, { kind: "info", text: `chosen before, by the lock file: ${describePlan(known.data)}` }];
    }
    const outcome = await search(model, target, { maxDrop, maxTimeMs: maxTime * 1000, prefer }, tools);
    tools.choices?.record(pass, outcome.chosen.plan);
    await applyPlan(model, outcome.chosen.plan, target, tools);
    return [...raised, ...outcomeNotes(outcome, maxDrop)];
  },
};

function describePlan(plan: Plan): string {
  if (plan.scheme !== "static") return plan.scheme;
  return `static, ${plan.calibrate}${plan.correct ? ", biases corrected" : ""}, ${plan.float.length} nodes in float`;
}

function outcomeNotes({ chosen, tried, groups, isOutOfTime }: SearchOutcome, maxDrop: number): readonly Note[] {
  const slow = groups.filter(({ floatUs, integerUs }) => integerUs > floatUs);
  return [
    { kind: "changed", text: `chosen: ${lineOf(chosen)}` },
    ...shortfall(chosen, maxDrop),
    ...tried.filter((each) => each !== chosen).map((each): Note => ({ kind: "info", text: `tried: ${lineOf(each)}` })),
    ...slow.map(
      ({ keys, floatUs, integerUs }): Note => ({
        kind: "info",
        text: `slower as integers: ${integerUs.toFixed(0)} µs instead of ${floatUs.toFixed(0)} µs`,
        subjects: keys,
      }),
    ),
    ...(isOutOfTime ? [{ kind: "info", text: "the search ended because its time was up" } as const] : []),
  ];
}

function shortfall(chosen: Candidate, maxDrop: number): readonly Note[] {
  if (chosen.plan.scheme === "float")
    return [{ kind: "left", text: "everything: nothing that was tried keeps the accuracy and pays on this machine" }];
  const { judgement } = chosen;
  if (judgement === undefined)
    return [{ kind: "info", text: "without data accuracy is not measured, and static quantization was not tried" }];
  if (accuracyOf(chosen, maxDrop) === "held") return [];
  const { drop, dropUpper, samples } = judgement;
  const needed = Math.ceil(samples * ((dropUpper - drop) / Math.max(maxDrop - drop, 1e-9)) ** 2);
  return [
    {
      kind: "info",
      text:
        `a drop of ${points(drop)} was seen, but ${samples} samples cannot show that it is within ${points(maxDrop)}: ` +
        `at most ${points(dropUpper)} (90 %); some ${needed} samples could`,
    },
  ];
}

function lineOf({ label, judgement, time, bytes }: Candidate): string {
  const parts = [
    judgement &&
      `${judgement.metric} ${(100 * judgement.value).toFixed(2)} % (${points(judgement.drop)} lost, at most ${points(judgement.dropUpper)})`,
    judgement?.agreement !== undefined && `${(100 * judgement.agreement).toFixed(1)} % agree`,
    time && `time × ${time.value.toFixed(3)} (${time.low.toFixed(3)} to ${time.high.toFixed(3)})`,
    `${(bytes / 1000).toFixed(0)} kB`,
  ];
  return `${label}: ${parts.filter((part) => part !== undefined && part !== false).join(", ")}`;
}

const points = (drop: number) => `${(100 * drop).toFixed(2)} points`;
