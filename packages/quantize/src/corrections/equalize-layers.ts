/**
 * Cross-layer equalization: weights on both sides of an activation are made equally large, channel by channel, so that one
 * scale for a whole tensor fits all of its channels. The function of the model is the same up to rounding.
 */
import { cloneModel, type Model } from "@pare/ir";
import type { Note, Pass, PassData, Tools } from "@pare/pass";
import * as z from "zod";
import { writeStatic } from "../schemes/static.ts";
import { openTarget } from "../targets/option.ts";
import { channelFamilies } from "./channel-families.ts";
import { equalizingFactors } from "./equalize.ts";
import type { ChannelFamilies } from "./family.ts";
import { clipBounds } from "./homogeneous.ts";
import { nameOf } from "./layers.ts";
import { compareErrors, type Verdict } from "./verdict.ts";
import { type FactorChange, factorChanges } from "./write-factors.ts";

export const equalizeOptions = z.strictObject({
  bounds: z
    .enum(["channel", "keep"])
    .default("channel")
    .describe(
      "Activations that are cut above (ReLU6) get a bound for each channel, as Min, which runs in float; or are kept, and " +
        "the layers beside them are left alone. Default channel.",
    ),
  granularity: z
    .enum(["tensor", "channel"])
    .default("tensor")
    .describe(
      "Where there is data the step is judged by static quantization behind it, with one weight scale a tensor or one a " +
        "channel, and undone where that makes it worse. Default tensor.",
    ),
});

export type EqualizeOptions = z.output<typeof equalizeOptions>;

export const equalizeLayersPass: Pass<EqualizeOptions> = {
  name: "quantize/equalize-layers",
  summary: "Make the weights on both sides of an activation equally large, channel by channel, so that one scale fits.",
  options: equalizeOptions,
  promise: "rounding",
  run: async (model, options, tools) => {
    const { data } = tools;
    if (data === undefined || data.calibrationSamples === 0) return equalizeLayers(model, tools, options);
    const equalized = cloneModel(model);
    const notes = equalizeLayers(equalized, tools, options);
    const verdict = notes.some(({ kind }) => kind === "changed")
      ? await judged(model, equalized, options.granularity, { ...tools, data })
      : undefined;
    if (verdict?.isWorse)
      return [
        {
          kind: "left",
          text: `undone: quantized with one scale a ${options.granularity} the error grew (${verdict.text})`,
        },
      ];
    equalizeLayers(model, tools, options);
    const text = `quantized with one scale a ${options.granularity}: ${verdict?.text}`;
    return verdict === undefined ? notes : [...notes, { kind: "info", text }];
  },
};

/** Both models as static quantization makes them, against the model as it is. */
async function judged(
  before: Model,
  after: Model,
  granularity: EqualizeOptions["granularity"],
  tools: Tools & { readonly data: PassData },
): Promise<Verdict | undefined> {
  // The same on every machine, and without saturation.
  const target = openTarget("cpu-x64-vnni");
  const [plain, equalized] = [cloneModel(before), cloneModel(after)];
  for (const model of [plain, equalized]) await writeStatic(model, target, { granularity }, tools);
  return compareErrors(plain, equalized, before, tools.data);
}

/** Changes the weights of `model` in place. */
export function equalizeLayers(
  model: Model,
  tools: Partial<Pick<Tools, "selects">> = {},
  { bounds = "channel" }: Pick<Partial<EqualizeOptions>, "bounds"> = {},
): readonly Note[] {
  const found = channelFamilies(model, { selects: tools.selects, splitBounds: bounds === "channel" });
  const factors = equalizingFactors(found);
  const changes = factorChanges(found.families, factors);
  const notes = notesOf(changes, found, factors);
  model.graph.edit("quantize/equalize-layers", (edit) => {
    for (const change of changes) change.make(edit);
  });
  return notes;
}

function notesOf(
  changes: readonly FactorChange[],
  { holders }: ChannelFamilies,
  factors: Float64Array,
): readonly Note[] {
  const named = (kind: FactorChange["kind"]) =>
    changes.filter((change) => change.kind === kind).map(({ subject }) => subject);
  const [layers, clips] = [named("layer"), named("clip")];
  const kept = holders.filter((node) => clipBounds(node) !== undefined).map(nameOf);
  const most = factors.reduce((sum, factor) => Math.max(sum, factor, 1 / factor), 1);
  const notes: Note[] = [
    layers.length > 0
      ? {
          kind: "changed",
          text: `equalized the weights of ${layers.length} layers (factors up to ${most.toPrecision(3)})`,
          subjects: layers,
        }
      : { kind: "info", text: "no two layers whose channels can be scaled against each other" },
  ];
  if (clips.length > 0)
    notes.push({
      kind: "changed",
      text: "bounds of activations are by channel now, and run in float",
      subjects: clips,
    });
  if (kept.length > 0)
    notes.push({
      kind: "left",
      text: "layers beside these activations: their bounds would move (bounds: channel gives each channel its own)",
      subjects: kept,
    });
  return notes;
}
