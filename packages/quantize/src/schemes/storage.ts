/**
 * Storage: weights are integers or float16 in the file and float32 when the model runs.
 *
 * 1. Weights stand behind Cast (and Mul with their scales), which ONNX Runtime computes when it loads the file: a
 *    quarter or half of the bytes, at the speed of the float model. It never computes DequantizeLinear then.
 * 2. int8 weights are symmetric, with a scale for each channel; biases, norms and other small tensors stay as they are.
 * 3. What float16 cannot hold stays float32. The opset is raised to 7 where it is lower.
 */
import { attr, attrsOf, type Edit, type Model, type Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, Tools } from "@pare/pass";
import { formatBytes } from "@pare/report";
import { elementCount, sizeBytes, type Tensor } from "@pare/tensor";
import * as z from "zod";
import { decibels, findWeights, scaleAxis, type Weight } from "../weights/find-weights.ts";
import { halfTensor } from "../weights/half-source.ts";
import { quantizeConstant } from "../weights/quantize-constant.ts";
import { energyOf } from "../weights/scan.ts";

const label = "quantize/storage";
/** ONNX's number of float32, in Cast. */
const float32Code = 1;
const largestFloat16 = 65504;

const options = z.strictObject({
  type: z.enum(["int8", "float16"]).default("int8").describe("How weights are stored. Default int8."),
  minSize: z.int().min(1).default(1024).describe("Tensors with fewer elements stay as they are. Default 1024."),
  clip: z
    .enum(["none", "mse"])
    .default("none")
    .describe("mse: scales of int8 are narrowed to the least squared error of the weights. Default none."),
});

export type StorageOptions = z.output<typeof options>;

export const quantizeStorage: Pass<StorageOptions> = {
  name: label,
  summary: "Store weights as int8 or float16; the runtime makes them float when it loads, at full speed.",
  options,
  promise: "lossy",
  run: async (model, chosen, tools) => storeWeights(model, chosen, tools),
};

interface Stored {
  readonly name: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Σ w² and Σ (w − ŵ)². */
  readonly signal: number;
  readonly noise: number;
}

/** Changes `model` in place. */
export function storeWeights(
  model: Model,
  partial: Partial<StorageOptions>,
  tools: Pick<Tools, "selects" | "signal" | "progress">,
): readonly Note[] {
  const chosen = { ...options.parse({}), ...partial };
  const weights = findWeights(model, tools).filter(({ tensor }) => tensor.dtype === "float32");
  const large = weights.filter(({ tensor }) => elementCount(tensor.shape) >= chosen.minSize);
  if (large.length === 0) return [{ kind: "info", text: "left as it is: it has no float32 weights of that size" }];
  const raised = upgradeOpset(model, 7).filter(({ kind }) => kind === "changed");
  const types = inferTypes(model);
  const left: Note[] = [];
  const stored: Stored[] = [];
  for (const [i, weight] of large.entries()) {
    tools.signal.throwIfAborted();
    tools.progress.report("storing weights", i, large.length);
    const done = store(model, weight, scaleAxis(weight, types), chosen);
    if (typeof done !== "string") stored.push(done);
    else left.push({ kind: "left", text: `left alone: ${done}`, subjects: [weight.value.name] });
  }
  return [...raised, ...summary(chosen.type, stored, weights.length - large.length), ...left];
}

/** What was stored, or why not. */
function store(model: Model, weight: Weight, axis: number | undefined, chosen: StorageOptions): Stored | string {
  const { value, tensor } = weight;
  const { largest, nonFinite, squares } = energyOf(tensor);
  if (nonFinite > 0) return `${nonFinite} of its numbers are NaN or infinite`;
  const isHalf = chosen.type === "float16";
  if (isHalf && largest > largestFloat16) return "float16 cannot hold numbers as large as it has";
  const bytes = isHalf ? storeFloat16(model, weight) : storeInt8(model, weight, axis, chosen.clip);
  if (bytes === undefined) return "its scales take as much as int8 saves";
  return { name: value.name, bytesBefore: sizeBytes(tensor), signal: squares, ...bytes };
}

type StoredBytes = Pick<Stored, "bytesAfter" | "noise">;

function storeInt8(
  model: Model,
  { value, tensor }: Weight,
  axis: number | undefined,
  clip: StorageOptions["clip"],
): StoredBytes | undefined {
  const spec = { type: "int8", symmetric: true, axis } as const;
  const { codes, scales, error } = quantizeConstant(tensor, spec, { clip });
  const bytesAfter = sizeBytes(codes) + sizeBytes(scales);
  if (bytesAfter > 0.75 * sizeBytes(tensor)) return undefined;
  model.graph.edit(label, (edit) => {
    const shape = axis === undefined ? [] : tensor.shape.map((size, i) => (i === axis ? size : 1));
    const scale = edit.constant(`${value.name}_scale`, { ...scales, shape }, value.graph);
    const cast = castToFloat(edit, value, codes);
    replace(edit, value, edit.node("onnx.Mul", [cast, scale], named(value, "scaled")).outputs[0]!);
  });
  return { bytesAfter, noise: error().squared };
}

function storeFloat16(model: Model, { value, tensor }: Weight): StoredBytes {
  const halves = halfTensor(tensor);
  model.graph.edit(label, (edit) => replace(edit, value, castToFloat(edit, value, halves)));
  return { bytesAfter: sizeBytes(halves), noise: 0 };
}

function castToFloat(edit: Edit, value: Value, stored: Tensor): Value {
  const constant = edit.constant(`${value.name}_${stored.dtype}`, stored, value.graph);
  const attrs = attrsOf({ to: attr.int(float32Code) });
  return edit.node("onnx.Cast", [constant], { ...named(value, "float"), attrs }).outputs[0]!;
}

function named({ name, graph }: Value, what: string) {
  return { name: `${name}_${what}`, outputs: [`${name}_${what}`], graph };
}

function replace(edit: Edit, value: Value, by: Value): void {
  edit.replaceUses(value, by);
  edit.removeConstant(value);
}

function summary(type: StorageOptions["type"], stored: readonly Stored[], small: number): readonly Note[] {
  const sum = (pick: (each: Stored) => number) => stored.reduce((total, each) => total + pick(each), 0);
  const notes: Note[] = [];
  if (stored.length > 0) {
    const how = type === "int8" ? "behind Cast and Mul" : "behind Cast";
    const sizes = `${formatBytes(sum((each) => each.bytesBefore))} became ${formatBytes(sum((each) => each.bytesAfter))}`;
    const noise = sum((each) => each.noise);
    const ratio = sum((each) => each.signal) / noise;
    const error = noise > 0 ? `; signal to noise of the weights ${decibels(ratio)}` : "";
    const text = `stored ${stored.length} weights as ${type} ${how}: ${sizes}${error}`;
    notes.push({ kind: "changed", text, subjects: stored.map(({ name }) => name) });
  }
  if (small > 0) notes.push({ kind: "left", text: `left ${small} small weights as they are` });
  return notes;
}
