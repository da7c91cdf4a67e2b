/**
 * Storage: weights are integers or float16 in the file and float32 when the model runs.
 *
 * 1. Weights stand behind Cast (and Mul with their scales), which ONNX Runtime computes when it loads the file: a
 *    quarter or half of the bytes, at the speed of the float model. It never computes DequantizeLinear then.
 * 2. int8 weights are symmetric, with a scale for each channel; int4 ones have a scale for up to 32 neighbours. Biases,
 *    norms and other small tensors stay as they are.
 * 3. What float16 cannot hold stays float32. The opset is raised to 7 where it is lower, for int4 to 21.
 */
import { attr, attrsOf, type Edit, type Model, type Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, Tools } from "@pare/pass";
import { formatBytes } from "@pare/report";
import { elementCount, sizeBytes, type Tensor, tensorOf } from "@pare/tensor";
import * as z from "zod";
import { findWeights, scaleAxis, type Weight } from "../weights/find-weights.ts";
import { halfTensor } from "../weights/half-source.ts";
import { quantizeConstant } from "../weights/quantize-constant.ts";
import { energyOf } from "../weights/scan.ts";
import { countedWeights, errorText, leftNotes } from "./weight-notes.ts";

const label = "quantize/storage";
/** ONNX's number of float32, in Cast. */
const float32Code = 1;
const largestFloat16 = 65504;

const options = z.strictObject({
  type: z.enum(["int8", "int4", "float16"]).default("int8").describe("How weights are stored. Default int8."),
  minSize: z.int().min(1).default(1024).describe("Tensors with fewer elements stay as they are. Default 1024."),
  clip: z
    .enum(["none", "mse"])
    .default("none")
    .describe("mse: scales of integers are narrowed to the least squared error of the weights. Default none."),
});

export type StorageOptions = z.output<typeof options>;

export const quantizeStorage: Pass<StorageOptions> = {
  name: label,
  summary: "Store weights as int8 or float16; the runtime makes them float when it loads, at full speed.",
  options,
  promise: "lossy",
  run: async (model, chosen, tools) => storeWeights(model, chosen, tools),
};

const nothingText =
  "left as it is: no constant of it is a float32 weight of that size; simplify may make some constant";

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
  const find = () => findWeights(model, tools).filter(({ tensor }) => tensor.dtype === "float32");
  const isLarge = ({ tensor }: Weight) => elementCount(tensor.shape) >= chosen.minSize;
  if (!find().some(isLarge)) return [{ kind: "info", text: nothingText }];
  const raised = upgradeOpset(model, chosen.type === "int4" ? 21 : 7).filter(({ kind }) => kind === "changed");
  const weights = find();
  const large = weights.filter(isLarge);
  const types = inferTypes(model);
  const left: { name: string; reason: string }[] = [];
  const stored: Stored[] = [];
  for (const [i, weight] of large.entries()) {
    tools.signal.throwIfAborted();
    tools.progress.report("storing weights", i, large.length);
    const done = store(model, weight, scaleAxis(weight, types), chosen);
    if (typeof done !== "string") stored.push(done);
    else left.push({ name: weight.value.name, reason: done });
  }
  return [...raised, ...summary(chosen.type, stored, weights.length - large.length), ...leftNotes(left)];
}

/** What was stored, or why not. */
function store(model: Model, weight: Weight, axis: number | undefined, chosen: StorageOptions): Stored | string {
  const { value, tensor } = weight;
  const { largest, nonFinite, squares } = energyOf(tensor);
  if (nonFinite > 0) return `${nonFinite} of its numbers are NaN or infinite`;
  const isHalf = chosen.type === "float16";
  if (isHalf && largest > largestFloat16) return "float16 cannot hold numbers as large as it has";
  const bytes = isHalf ? storeFloat16(model, weight) : storeInteger(model, weight, axis, chosen);
  if (bytes === undefined) return `its scales take as much as ${chosen.type} saves`;
  return { name: value.name, bytesBefore: sizeBytes(tensor), signal: squares, ...bytes };
}

type StoredBytes = Pick<Stored, "bytesAfter" | "noise">;

function storeInteger(
  model: Model,
  { value, tensor }: Weight,
  axis: number | undefined,
  { type, clip }: StorageOptions,
): StoredBytes | undefined {
  const isBlock = type === "int4";
  const stored = isBlock ? inBlocks(tensor) : tensor;
  const spec = { type: isBlock ? "int4" : "int8", symmetric: true, axis: isBlock ? 0 : axis } as const;
  const { codes, scales, error } = quantizeConstant(stored, spec, { clip, fullRange: isBlock });
  const bytesAfter = sizeBytes(codes) + sizeBytes(scales);
  if (bytesAfter > 0.75 * sizeBytes(tensor)) return undefined;
  const shape = spec.axis === undefined ? [] : stored.shape.map((size, i) => (i === spec.axis ? size : 1));
  model.graph.edit(label, (edit) => {
    const scale = edit.constant(`${value.name}_scale`, { ...scales, shape }, value.graph);
    const [scaled] = edit.node("onnx.Mul", [castToFloat(edit, value, codes), scale], named(value, "scaled")).outputs;
    replace(edit, value, isBlock ? reshaped(edit, value, scaled!, tensor.shape) : scaled!);
  });
  return { bytesAfter, noise: error().squared };
}

const mostNeighbours = 32;

/** The same numbers as [blocks, neighbours], of which none lies in two elements of the first axis. */
function inBlocks({ dtype, shape, source }: Tensor): Tensor {
  const inner = elementCount(shape.slice(1));
  let block = Math.min(mostNeighbours, inner);
  while (inner % block !== 0) block--;
  return { dtype, shape: [elementCount(shape) / block, block], source };
}

function reshaped(edit: Edit, value: Value, from: Value, shape: readonly number[]): Value {
  const sizes = edit.constant(`${value.name}_shape`, tensorOf("int64", [shape.length], shape), value.graph);
  return edit.node("onnx.Reshape", [from, sizes], named(value, "shaped")).outputs[0]!;
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
    const how = type === "float16" ? "behind Cast" : "behind Cast and Mul";
    const sizes = `${formatBytes(sum((each) => each.bytesBefore))} became ${formatBytes(sum((each) => each.bytesAfter))}`;
    const lost = errorText(
      sum((each) => each.signal),
      sum((each) => each.noise),
    );
    const error = type === "float16" ? "" : `; ${lost}`;
    const text = `stored ${countedWeights(stored.length)} as ${type} ${how}: ${sizes}${error}`;
    notes.push({ kind: "changed", text, subjects: stored.map(({ name }) => name) });
  }
  if (small > 0) notes.push({ kind: "left", text: `${countedWeights(small)}: too small to gain much` });
  return notes;
}
