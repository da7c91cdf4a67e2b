/**
 * Static quantization: activations and weights are integers, with scales that calibration data has fixed.
 *
 * 1. The target decides what becomes integer (`place`) and calibration where the grids lie; nothing is quantized that
 *    the target cannot run as integers.
 * 2. What the recipe's `only` and `except` leave out stays float, and so does what is known to be fragile.
 * 3. The opset is raised to 13, or to 21 for 16-bit and 4-bit types, where it is lower.
 */
import { type Model, type Node, producerOf } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, PassData, Tools } from "@pare/pass";
import * as z from "zod";
import { calibrate } from "../calibrate/calibrate.ts";
import { type CalibrationOptions, calibrationOptions } from "../calibrate/options.ts";
import type { Placement, PlacementOptions, QuantType, Range } from "../contract.ts";
import { needsCalibrationError } from "../errors.ts";
import { place } from "../placement/place.ts";
import { clipBehind } from "../predict/clips.ts";
import { predict } from "../predict/predict.ts";
import { proofNote, shareNote } from "../predict/proof-note.ts";
import { prepare } from "../prepare/prepare.ts";
import { writePorts } from "../qdq/integer-ports.ts";
import { type Ranges, type ScaleSharing, type WrittenQdq, writeQdq } from "../qdq/write.ts";
import { openTarget, targetOption } from "../targets/option.ts";
import type { Target } from "../targets/target.ts";
import { placementNotes } from "./static-notes.ts";
import { subgraphNotes } from "./subgraph-notes.ts";

const activationTypes = ["int8", "uint8", "int16", "uint16"] as const;

export const staticOptions = z.strictObject({
  target: targetOption,
  ...calibrationOptions,
  activations: z.enum(activationTypes).optional().describe("Type of activations. Default: the target's."),
  weights: z.enum(["int8", "int4"]).optional().describe("Type of weights. Default: the target's."),
  symmetric: z.boolean().optional().describe("Activations with the zero point in the middle. Default: the target's."),
  granularity: z
    .enum(["channel", "tensor"])
    .optional()
    .describe("One weight scale a channel, or one a tensor. Default: the target's."),
  bits: z
    .int()
    .min(2)
    .max(8)
    .optional()
    .describe("Bits of weights that are used: 7 where pairs of products saturate. Default: the target's."),
  protect: z
    .boolean()
    .default(true)
    .describe("Patterns that are known to lose accuracy stay float: heads, gates, attention scores. Default true."),
  ends: z
    .enum(["integer", "float"])
    .default("integer")
    .describe(
      "The first and the last layers. Default integer: quantize/auto and the doctor measure whether it matters.",
    ),
});

export type StaticOptions = z.output<typeof staticOptions>;

export const quantizeStatic: Pass<StaticOptions> = {
  name: "quantize/static",
  summary: "Make weights and activations integers, with scales from calibration data.",
  options: staticOptions,
  promise: "lossy",
  foresee: async (model, options, tools) => {
    if (tools.data === undefined) throw needsCalibrationError("quantize/static");
    const inside = await subgraphNotes(model, undefined);
    return [...inside, ...foreseeStatic(model, openTarget(options.target, tools), options, tools)];
  },
  run: async (model, options, tools) => {
    if (tools.data === undefined) throw needsCalibrationError("quantize/static");
    const target = openTarget(options.target, tools);
    const inside = await subgraphNotes(model, tools.data);
    const { notes } = await writeStatic(model, target, options, { ...tools, data: tools.data });
    const proof = await proofNote(model, target, tools.bench);
    return [...notes, ...inside, proof, ...writePorts(model, target)];
  },
};

/** What calibration would find does not matter for which kernels run, only that there is something. */
const standIn: Range = { min: -1, max: 1 };

/** Writes `model` with stand-in ranges and says what will become integer. */
export function foreseeStatic(
  model: Model,
  target: Target,
  options: Partial<StaticOptions>,
  tools: Tools,
  sharing?: ScaleSharing,
): readonly Note[] {
  const { placement, notes } = placeStatic(model, target, options, tools);
  const ranges = new Map(placement.activations.map((point) => [point, standIn]));
  const written = writeQdq(model, placement, ranges, "foresee", sharing);
  const { integerShare } = predict(model, inferTypes(model), target);
  return [...notes, ...placementNotes(placement, written), shareNote(integerShare, target)];
}

export interface StaticResult extends WrittenQdq {
  readonly placement: Placement;
  readonly notes: readonly Note[];
}

/** Quantizes `model` in place. `keepFloat` gives a reason for a node that must stay float. */
export async function writeStatic(
  model: Model,
  target: Target,
  options: Partial<StaticOptions> & CalibrationOptions,
  tools: Tools & { readonly data: PassData },
  keepFloat: PlacementOptions["keepFloat"] = () => undefined,
  sharing?: ScaleSharing,
): Promise<StaticResult> {
  const { placement, ranges, notes } = await prepareStatic(model, target, options, tools, keepFloat);
  const written = writeQdq(model, placement, ranges, "quantize/static", sharing);
  return { ...written, placement, notes: [...notes, ...placementNotes(placement, written)] };
}

/** Whose selection decides: a Relu or Clip that the runtime takes into the node before it goes with that. */
function leader(node: Node): Node {
  const before = node.inputs[0] && producerOf(node.inputs[0]);
  return before !== undefined && clipBehind(before) === node ? before : node;
}

export interface StaticPreparation {
  readonly placement: Placement;
  readonly ranges: Ranges;
  readonly notes: readonly Note[];
}

/** What `writeStatic` writes. Of `model` the opset is changed, where that must be, and what `prepare` rewrites. */
export async function prepareStatic(
  model: Model,
  target: Target,
  options: Partial<StaticOptions> & CalibrationOptions,
  tools: Tools & { readonly data: PassData },
  keepFloat: PlacementOptions["keepFloat"] = () => undefined,
): Promise<StaticPreparation> {
  const { placement, notes: prepared } = placeStatic(model, target, options, tools, keepFloat);
  const { ranges, notes } = await calibrate(model, placement.activations, options, tools);
  return { placement, ranges, notes: [...prepared, ...notes] };
}

/** What would become integer. Of `model` the opset is changed, where that must be, and what `prepare` rewrites. */
export function placeStatic(
  model: Model,
  target: Target,
  options: Partial<StaticOptions>,
  tools: Tools,
  keepFloat: PlacementOptions["keepFloat"] = () => undefined,
): Pick<StaticPreparation, "placement" | "notes"> {
  const raised = upgradeOpset(model, neededOpset(target, options)).filter(({ kind }) => kind === "changed");
  const placing = placementOptions(options, tools, keepFloat);
  const prepared = prepare(model, target, placing.keepFloat);
  return { placement: place(model, inferTypes(model), target, placing), notes: [...raised, ...prepared] };
}

function placementOptions(
  { activations, symmetric, weights, bits, granularity, protect, ends }: Partial<StaticOptions>,
  tools: Tools,
  keepFloat: (node: Node) => string | undefined,
): PlacementOptions {
  return {
    keepFloat: (node) => (tools.selects(leader(node)) ? keepFloat(node) : "not selected"),
    activation: {
      ...(activations !== undefined && { type: activations }),
      ...(symmetric !== undefined && { symmetric }),
    },
    weight: {
      ...(weights !== undefined && { type: weights }),
      ...(bits !== undefined && { bits }),
      ...(granularity !== undefined && { granularity }),
    },
    ...(protect !== undefined && { protect }),
    ...(ends !== undefined && { ends }),
  };
}

const opset21: ReadonlySet<QuantType> = new Set(["int16", "uint16", "int4", "uint4"]);

function neededOpset(target: Target, { activations, weights }: Partial<StaticOptions>): number {
  const types: readonly QuantType[] = [activations ?? target.activation.type, weights ?? target.weight.type];
  return types.some((type) => opset21.has(type)) ? 21 : 13;
}
