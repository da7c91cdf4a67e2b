/**
 * Dynamic quantization: constant weights are 8-bit integers, inputs are quantized when the model runs. No data needed.
 *
 * 1. MatMul, Gemm and LSTM only. Convolutions are slower so; there is no such GRU; embeddings compute nothing.
 * 2. The range of an input is that of the whole tensor in each run, so what a sample gives depends on its batch.
 * 3. The opset is raised to 11 where it is lower.
 */
import type { Model, Node } from "@pare/ir";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, Tools } from "@pare/pass";
import * as z from "zod";
import { nameOf } from "../node-names.ts";
import { openTarget, targetOption } from "../targets/option.ts";
import type { Target } from "../targets/target.ts";
import { writeLstm } from "./dynamic-lstm.ts";
import { type DynamicRules, dynamicForm, type Lstm, nodesOf, type Product } from "./dynamic-nodes.ts";
import { dynamicNotes } from "./dynamic-notes.ts";
import { type DynamicWriting, dropConstant, writeProduct } from "./dynamic-product.ts";

const label = "quantize/dynamic";
const leastOpset = 11;
/** Below, quantizing the input took longer than the product saved, on a VNNI machine. */
const defaultLeast = 32;

export const dynamicOptions = z.strictObject({
  target: targetOption,
  weights: z
    .enum(["int8", "uint8"])
    .default("int8")
    .describe("Type of weights. Default int8: ONNX Runtime's kernels are slower with uint8."),
  granularity: z
    .enum(["channel", "tensor"])
    .optional()
    .describe("One weight scale a column, or one a tensor. Default: the target's."),
  bits: z
    .int()
    .min(2)
    .max(8)
    .optional()
    .describe("Bits of int8 weights that are used: 7 where pairs of products saturate. Default: the target's."),
  least: z
    .int()
    .min(1)
    .default(defaultLeast)
    .describe("Weights with fewer rows or columns stay float: they would be slower. Default 32."),
});

export type DynamicOptions = z.output<typeof dynamicOptions>;

export const quantizeDynamic: Pass<DynamicOptions> = {
  name: label,
  summary: "Make weights of MatMul, Gemm and LSTM integers, and their inputs when the model runs; needs no data.",
  options: dynamicOptions,
  promise: "lossy",
  run: async (model, options, tools) => writeDynamic(model, openTarget(options.target, tools), options, tools).notes,
};

export interface DynamicResult {
  /** Names of the nodes that became integer (of their first output where they have none), in graph order. */
  readonly quantized: readonly string[];
  readonly notes: readonly Note[];
}

/** Quantizes `model` in place. `keepFloat` gives a reason for a node that must stay float. */
export function writeDynamic(
  model: Model,
  target: Target,
  options: Partial<DynamicOptions>,
  tools: Pick<Tools, "selects">,
  keepFloat: (node: Node) => string | undefined = () => undefined,
): DynamicResult {
  const rules: DynamicRules = {
    target,
    least: options.least ?? defaultLeast,
    keepFloat: (node) => (tools.selects(node) ? keepFloat(node) : "not selected"),
  };
  const forms = () => nodesOf(model).map((node) => ({ node, form: dynamicForm(node, rules) }));
  const isAny = forms().some(({ form }) => typeof form === "object");
  const raised = isAny ? upgradeOpset(model, leastOpset).filter(({ kind }) => kind === "changed") : [];
  const found = forms();
  const chosen = found.flatMap(({ form }) => (typeof form === "object" ? [form] : []));
  const left = found.flatMap(({ node, form }) => (typeof form === "string" ? [{ node, reason: form }] : []));
  const weights = new Set(chosen.flatMap((form) => (form.kind === "lstm" ? form.weights : [form.weight])));
  const names = chosen.map(({ node }) => nameOf(node));
  const types = chosen.map(({ node }) => node.type);
  const loss = write(model, chosen, weightSpec(target, options));
  const notes = dynamicNotes(model, target, { types, left, snrDb: 10 * Math.log10(loss.signal / loss.noise) });
  const kept = [...weights].filter(({ uses }) => uses.size > 0).map(({ name }) => name);
  if (kept.length > 0)
    notes.push({ kind: "info", text: "float weights kept beside their codes: other nodes read them", subjects: kept });
  return { quantized: names, notes: [...raised, ...notes] };
}

function weightSpec(target: Target, options: Partial<DynamicOptions>): DynamicWriting["weight"] {
  const type = options.weights ?? "int8";
  const granularity = options.granularity ?? target.weight.granularity;
  // Unsigned products do not saturate: they have all bits.
  const bits = type === "int8" ? (options.bits ?? target.weight.bits) : 8;
  return { type, granularity, symmetric: type === "int8" || granularity === "channel", bits };
}

/** Gives what the weights lose. */
function write(
  model: Model,
  chosen: readonly (Product | Lstm)[],
  weight: DynamicWriting["weight"],
): DynamicWriting["loss"] {
  const loss = { signal: 0, noise: 0 };
  if (chosen.length === 0) return loss;
  model.graph.edit(label, (edit) => {
    const writing: DynamicWriting = { edit, weight, quantized: new Map(), stored: new Map(), loss };
    for (const form of chosen) {
      if (form.kind === "lstm") writeLstm(writing, form);
      else writeProduct(writing, form);
    }
    for (const form of chosen)
      if (form.kind === "product") for (const value of [form.weight, form.bias]) dropConstant(edit, value);
  });
  if (chosen.some(({ kind }) => kind === "lstm") && !model.opsets.has("com.microsoft"))
    model.update(label, { opsets: new Map([...model.opsets, ["com.microsoft", 1]]) });
  return loss;
}
