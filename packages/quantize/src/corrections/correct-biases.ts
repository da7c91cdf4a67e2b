/**
 * Bias correction: the mean of every channel of a quantized layer becomes again what it is in the model before. Rounding
 * weights and clipping activations moves these means, most in depthwise layers, and each move is passed on.
 */
import { cloneModel, type Model } from "@pare/ir";
import type { Note, Pass, PassData, Tools } from "@pare/pass";
import * as z from "zod";
import { needsCalibrationError, needsOriginalError } from "../errors.ts";
import { calibrationBatch } from "./calibration-batch.ts";
import { type Layer, matchedLayers, nameOf, quantizedLayers } from "./layers.ts";
import { meanShifts } from "./mean-shifts.ts";
import { moveBias } from "./move-bias.ts";
import { measureShifts, type Shifts } from "./shifts.ts";
import { compareErrors, type Verdict } from "./verdict.ts";

export const correctOptions = z.strictObject({
  method: z
    .enum(["sequential", "fast"])
    .default("sequential")
    .describe(
      "sequential: each layer is measured with the layers before it already quantized and corrected. fast: from the mean " +
        "of each input channel, one layer at a time, whatever the batch or the memory. Default sequential.",
    ),
  samples: z
    .int()
    .min(1)
    .default(128)
    .describe("Calibration samples of the sequential form, at most: memory may allow fewer. Default 128."),
});

export type BiasCorrection = z.output<typeof correctOptions>;

const label = "quantize/correct-biases";

export const correctBiasesPass: Pass<BiasCorrection> = {
  name: label,
  summary: "Move the biases of a quantized model so that the mean of each channel is what it was before.",
  options: correctOptions,
  promise: "lossy",
  run: async (model, options, tools) => {
    const { data, original } = tools;
    if (data === undefined) throw needsCalibrationError(label);
    if (original === undefined) throw needsOriginalError(label);
    const { shifts, notes } = await measured(model, original, { ...tools, data }, options);
    const corrected = cloneModel(model);
    const layers = applied(corrected, shifts);
    if (layers.length === 0)
      return [...notes, { kind: "info", text: "no quantized layer has a bias that could be moved" }];
    const verdict = await compareErrors(model, corrected, original, data);
    if (!verdict?.isWorse) applied(model, shifts);
    return [...notes, outcome(layers, verdict)];
  },
};

/**
 * Corrects `model` in place and gives the outputs of the corrected layers.
 * @param original the model just before quantization: the outputs of its layers have the same names
 */
export async function correctBiases(
  model: Model,
  original: Model,
  tools: Tools & { readonly data: PassData },
  options: Partial<BiasCorrection> = {},
): Promise<readonly string[]> {
  const { shifts } = await measured(model, original, tools, correctOptions.parse(options));
  return applied(model, shifts).map(({ output }) => output.name);
}

/** Moves biases in place; gives the layers that had one to move, or could be given one. */
function applied(model: Model, shifts: Shifts): readonly Layer[] {
  const layers = quantizedLayers(model);
  return model.graph.edit(label, (edit) =>
    layers.filter((layer) => {
      const shift = shifts.get(layer.output.name);
      return shift?.every(Number.isFinite) === true && moveBias(edit, layer, shift);
    }),
  );
}

interface Measured {
  readonly shifts: Shifts;
  readonly notes: readonly Note[];
}

async function measured(
  model: Model,
  original: Model,
  tools: Tools & { readonly data: PassData },
  { method, samples }: BiasCorrection,
): Promise<Measured> {
  const layers = matchedLayers(model, original).filter(({ node }) => tools.selects(node));
  if (layers.length === 0) return { shifts: new Map(), notes: [] };
  const taken = method === "fast" ? undefined : await calibrationBatch(model, original, tools.data, samples);
  if (taken !== undefined) {
    const shifts = await measureShifts(taken.model, taken.original, layers, taken.batch, tools);
    const text = `means of channels over ${taken.samples} samples, layer after layer`;
    return { shifts, notes: [{ kind: "info", text }] };
  }
  const why = method === "fast" ? "" : ": the batch of this model is fixed";
  const text = `means of input channels over ${tools.data.calibrationSamples} samples, each layer alone${why}`;
  return { shifts: await meanShifts(model, original, layers, tools), notes: [{ kind: "info", text }] };
}

function outcome(layers: readonly Layer[], verdict: Verdict | undefined): Note {
  const subjects = layers.map(({ node }) => nameOf(node));
  if (verdict?.isWorse)
    return { kind: "left", text: `undone: moving biases made the error larger (${verdict.text})`, subjects };
  const found = verdict === undefined ? "not judged: there is no validation data" : verdict.text;
  return { kind: "changed", text: `moved the biases of ${layers.length} layers (${found})`, subjects };
}
