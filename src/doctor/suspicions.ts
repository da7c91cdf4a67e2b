/** What may have cost accuracy, each with a cure that can be tried. */
import { type Finding, rankGroups } from "@pare/quantize";
import { openLearningData } from "../learn/learning-data.ts";
import type { World } from "../run/tools.ts";
import { type Patient, selectionOfStep, toolsOn } from "./patient.ts";
import type { Suspicion } from "./trials.ts";

/** What was seen comes first: where two cures are the same, its words stay. */
export async function suspicionsOf(
  patient: Patient,
  findings: readonly Finding[],
  checked: Parameters<typeof openLearningData>[0],
  world: World,
): Promise<readonly Suspicion[]> {
  const seen = findings.flatMap(({ cause, text, subjects, isCertain, cure }): readonly Suspicion[] =>
    cure === undefined || isCertain || cause === "saturation" ? [] : [{ cause, text, subjects, cure, isSeen: true }],
  );
  const usual = usualSuspicions(patient).filter(({ cause }) => !seen.some((known) => known.cause === cause));
  return [...seen, ...(await samplesSuspicion(patient, checked, world)), ...usual, ...(await groupSuspicions(patient))];
}

/** What helps often, though nothing was seen that calls for it. */
function usualSuspicions({ stored, step }: Patient): readonly Suspicion[] {
  const { calibrate } = step.options;
  const others = (["mse", "percentile", "minmax"] as const).filter((method) => method !== calibrate);
  const ranges = others.map((method): Suspicion => {
    return {
      cause: method === "minmax" ? "clipping" : "outlier",
      text: `ranges of activations by ${method} keep more than by ${calibrate}`,
      subjects: [],
      cure: { options: { calibrate: method } },
      isSeen: false,
    };
  });
  const equalized: Suspicion = {
    cause: "unequal-channels",
    text: "channels of neighbouring layers are unlike, and one scale fits them badly",
    subjects: [],
    cure: { equalize: true },
    isSeen: false,
  };
  const shifted: Suspicion = {
    cause: "shifted-means",
    text: "rounding of weights moves the means of channels, layer after layer",
    subjects: [],
    cure: { correct: true },
    isSeen: false,
  };
  const anew: Suspicion = {
    cause: "quantizer",
    text: "what made the file: quantized anew from the original, the model loses less",
    subjects: [],
    cure: {},
    isSeen: true,
  };
  return [...(stored === undefined ? [] : [anew]), ...ranges, ...(step.equalize ? [] : [equalized]), shifted];
}

const fewSamples = 64;
const enoughSamples = 512;

async function samplesSuspicion(
  { data, original }: Patient,
  checked: Parameters<typeof openLearningData>[0],
  world: World,
): Promise<readonly Suspicion[]> {
  const { length } = data.calibration;
  if (length >= fewSamples) return [];
  const { recipe } = checked;
  const calibration = { seed: recipe.data.calibration?.seed ?? 0, samples: enoughSamples };
  const more = await openLearningData({ ...checked, recipe: { ...recipe, data: { ...recipe.data, calibration } } });
  if (more === undefined || more.calibration.length <= length) return [];
  const line = `calibration: { samples: ${more.calibration.length} }`;
  const tools = toolsOn(original, more, world);
  const text = `ranges from ${length} calibration ${length === 1 ? "sample" : "samples"} do not hold for others`;
  return [{ cause: "few-samples", text, subjects: [], cure: {}, isSeen: true, samples: { line, tools } }];
}

const rankingMs = 30_000;
/** Parts that go back to float together. */
const together = [1, 3, 8];

/** The groups whose return to float recovers most, alone and with those that follow. */
async function groupSuspicions({ prepared, target, step, tools }: Patient): Promise<readonly Suspicion[]> {
  const own = { ...tools, ...selectionOfStep(step) };
  const { ranked } = await rankGroups(prepared, target, step.options, own, { budgetMs: rankingMs, direction: "float" });
  return together
    .filter((count, i) => i === 0 || ranked.length >= count)
    .map((count) => {
      const nodes = ranked.slice(0, count).flatMap((part) => part.computing);
      const what = count === 1 ? "the group" : `${count} groups`;
      const text = `${what} of nodes whose return to float brings the outputs closest`;
      return { cause: "sensitive-group", text, subjects: nodes, cure: { except: nodes }, isSeen: false };
    });
}
