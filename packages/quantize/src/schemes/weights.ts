/**
 * Weight-only quantization: weights of matrix products and embeddings have four or eight bits, activations are float.
 *
 * 1. In blocks by default: so many neighbours along the summed axis share a scale. ONNX Runtime computes with the codes
 *    (MatMulNBits, GatherBlockQuantized); `dequantize` is the standard's own form, from opset 21 on.
 * 2. Round to nearest. Symmetric blocks give the number of largest magnitude the lowest code, by a scale that may be
 *    negative, as ONNX Runtime's own quantizer does.
 * 3. Convolutions, recurrent networks and batches of matrices have no such kernels: quantize/storage makes them small.
 */
import { intAttr, type Model } from "@pare/ir";
import { type Inference, inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, Tools } from "@pare/pass";
import { formatBytes } from "@pare/report";
import { elementCount, sizeBytes } from "@pare/tensor";
import * as z from "zod";
import { isNotFinite } from "../errors.ts";
import { findWeights, type Weight } from "../weights/find-weights.ts";
import {
  type ProductWeight,
  productWeight,
  type WeightsForm,
  type Written,
  writeDequantize,
  writeGather,
  writeMatMulNBits,
} from "./weight-forms.ts";
import { countedWeights, errorText, leftNotes } from "./weight-notes.ts";

const label = "quantize/weights";

const options = z.strictObject({
  bits: z.literal([4, 8]).default(4).describe("Bits of a weight. Default 4."),
  granularity: z
    .enum(["block", "channel"])
    .default("block")
    .describe("One scale a block, or one an output channel (always behind DequantizeLinear). Default block."),
  blockSize: z.literal([16, 32, 64, 128, 256]).default(32).describe("Neighbours that share a scale. Default 32."),
  symmetric: z.boolean().default(true).describe("Without zero points. Default true."),
  form: z
    .enum(["operator", "dequantize"])
    .default("operator")
    .describe("operator: ONNX Runtime's MatMulNBits. dequantize: the standard's DequantizeLinear. Default operator."),
  embeddings: z.boolean().default(true).describe("Tables that are gathered from, too. Default true."),
  clip: z
    .enum(["none", "mse"])
    .default("none")
    .describe("mse: scales are narrowed to the least squared error of the weights. Default none."),
  accuracyLevel: z
    .int()
    .min(0)
    .max(4)
    .optional()
    .describe("Of MatMulNBits: 1 computes in float32, 4 makes the other input int8. Default: the runtime's choice."),
  minSize: z.int().min(1).default(1024).describe("Tensors with fewer elements stay as they are. Default 1024."),
});

export type WeightsOptions = z.output<typeof options>;

export const quantizeWeights: Pass<WeightsOptions> = {
  name: label,
  summary: "Give weights of matrix products and embeddings four or eight bits; activations stay float.",
  options,
  promise: "lossy",
  run: async (model, chosen, tools) => writeWeightOnly(model, chosen, tools),
};

/** Changes `model` in place. */
export function writeWeightOnly(
  model: Model,
  partial: Partial<WeightsOptions>,
  tools: Pick<Tools, "selects" | "signal" | "progress">,
): readonly Note[] {
  const chosen = { ...options.parse({}), ...partial };
  const before = plansOf(model, chosen, tools);
  if (!before.some(({ plan }) => typeof plan !== "string")) return notesOf(chosen, [], before);
  const raised = prepare(model, chosen);
  const planned = plansOf(model, chosen, tools);
  const done: Done[] = [];
  for (const [i, each] of planned.entries()) {
    tools.signal.throwIfAborted();
    tools.progress.report("quantizing weights", i, planned.length);
    const { weight, plan } = each;
    if (typeof plan === "string") continue;
    try {
      done.push({ weight, before: sizeBytes(weight.tensor), ...plan(model) });
    } catch (error) {
      if (!isNotFinite(error)) throw error;
      planned[i] = { weight, plan: "some of its numbers are NaN or infinite" };
    }
  }
  return [...raised, ...notesOf(chosen, done, planned)];
}

interface Planned {
  readonly weight: Weight;
  /** Writes it, or says why nothing can be written. */
  readonly plan: ((model: Model) => Written) | string;
}

function plansOf(model: Model, chosen: WeightsOptions, tools: Pick<Tools, "selects">): Planned[] {
  const types = inferTypes(model);
  return findWeights(model, tools)
    .filter(({ tensor }) => tensor.dtype === "float32" && elementCount(tensor.shape) >= chosen.minSize)
    .map((weight) => ({ weight, plan: planOf(weight, chosen, types) }));
}

interface Done extends Written {
  readonly weight: Weight;
  readonly before: number;
}

function planOf(weight: Weight, chosen: WeightsOptions, types: Inference): Planned["plan"] {
  const { tensor, uses } = weight;
  const form = formOf(chosen);
  if (uses.every(({ node }) => node.op === "onnx.Gather" && intAttr(node, "axis", 0) === 0))
    return gatherPlan(weight, form, chosen);
  const products = uses.map(({ node }) => productWeight(node, tensor, types));
  const [first] = products;
  if (first === undefined || products.some((each) => each?.transposed !== first.transposed))
    return "no kernel takes its codes; quantize/storage makes it small";
  return productPlan(weight, first, form, chosen);
}

function gatherPlan(weight: Weight, form: WeightsForm, { embeddings, form: kind }: WeightsOptions) {
  const [, width = 0] = weight.tensor.shape;
  if (!embeddings) return "embeddings were not asked for";
  if (kind === "dequantize" || form.block === undefined) return "an embedding would be made float in each run";
  if (weight.tensor.shape.length !== 2 || width % form.block !== 0)
    return `its rows are not made of blocks of ${form.block}`;
  return (model: Model) => writeGather(model, weight, form);
}

function productPlan(weight: Weight, product: ProductWeight, form: WeightsForm, { form: kind }: WeightsOptions) {
  const { block } = form;
  if (kind === "operator" && block !== undefined)
    return (model: Model) => writeMatMulNBits(model, weight, product, form);
  if (block !== undefined && product.transposed && product.rows % block !== 0)
    return `its rows are not made of blocks of ${block}`;
  return (model: Model) => writeDequantize(model, weight, product, form);
}

function formOf(chosen: WeightsOptions): WeightsForm {
  const { bits, symmetric, clip, granularity } = chosen;
  const block = granularity === "block" ? chosen.blockSize : undefined;
  return { bits, symmetric, clip, block, accuracyLevel: chosen.accuracyLevel };
}

/** What the operators that are written ask of the model. */
function prepare(model: Model, { form, granularity, bits }: WeightsOptions): readonly Note[] {
  if (form === "operator" && granularity === "block") {
    if (!model.opsets.has("com.microsoft"))
      model.update(label, { opsets: new Map([...model.opsets, ["com.microsoft", 1]]) });
    return [];
  }
  return upgradeOpset(model, granularity === "block" || bits === 4 ? 21 : 13).filter(({ kind }) => kind === "changed");
}

function notesOf(chosen: WeightsOptions, done: readonly Done[], planned: readonly Planned[]): readonly Note[] {
  const notes: Note[] = [];
  if (done.length > 0) notes.push(changedNote(chosen, done));
  const left = planned.flatMap(({ plan, weight }) =>
    typeof plan === "string" ? [{ name: weight.value.name, reason: plan }] : [],
  );
  notes.push(...leftNotes(left));
  return notes.length > 0
    ? notes
    : [
        {
          kind: "info",
          text: "left as it is: no constant of it is a float32 weight of that size; simplify may make some constant",
        },
      ];
}

function changedNote({ bits, granularity, ...chosen }: WeightsOptions, done: readonly Done[]): Note {
  const sum = (pick: (each: Done) => number) => done.reduce((total, each) => total + pick(each), 0);
  const where = granularity === "block" ? `in blocks of ${chosen.blockSize}` : "with a scale for each channel";
  const sizes = `${formatBytes(sum(({ before }) => before))} became ${formatBytes(sum(({ bytes }) => bytes))}`;
  const error = errorText(
    sum(({ signal }) => signal),
    sum(({ error }) => error.squared),
  );
  const text = `gave ${countedWeights(done.length)} ${bits} bits ${where}: ${sizes}; ${error}`;
  return { kind: "changed", text, subjects: done.map(({ weight }) => weight.value.name) };
}
