/**
 * High-bias absorption (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction",
 * section 4.1.3): a channel that a Relu never cuts carries an offset c that only widens the range of the activation.
 * Relu(x) = Relu(x − c) + c wherever x ≥ c: the layer before gives x − c, the layers behind add W·c to their biases.
 *
 * 1. c is the least value of the channel on calibration data, where that is above 0. (The paper takes mean − 3·deviation
 *    from batch-norm statistics, which are gone once they are folded.)
 * 2. Layers behind must read nothing but the channel: a padded convolution sees zeros at its borders, and is left out.
 */
import {
  cloneModel,
  type Edit,
  floatAttr,
  intsAttr,
  isGraphOutput,
  type Model,
  type Node,
  onlyConsumer,
  stringAttr,
} from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import type { Note, Pass, PassData, Statistics, Tools } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import * as z from "zod";
import { needsCalibrationError } from "../errors.ts";
import { eachWeight, type Linear, linearOf } from "./linear.ts";

const label = "quantize/absorb-biases";
/** Below it the validation data reaches lower than the calibration data did, and the step is undone. */
const leastSnrDb = 50;

export const absorbBiasesPass: Pass<Record<string, never>> = {
  name: label,
  summary: "Move offsets of channels that a Relu never cuts into the biases of the layers behind it.",
  options: z.strictObject({}),
  promise: "lossy",
  run: async (model, _, tools) => {
    const { data } = tools;
    if (data === undefined) throw needsCalibrationError(label);
    const before = cloneModel(model);
    const after = cloneModel(model);
    const found = await absorbBiases(after, { ...tools, data });
    if (found.length === 0) return [{ kind: "info", text: "no channel lies above zero on all calibration samples" }];
    const [judgement] = data.validationSamples > 0 ? await data.judge([after], before) : [];
    if (judgement !== undefined && judgement.snrDb < leastSnrDb)
      return [left(`the outputs moved by more than it is worth (${judgement.snrDb.toFixed(1)} dB)`, found)];
    absorb(model, found);
    const measured = judgement === undefined ? "" : `; signal to noise ${judgement.snrDb.toFixed(1)} dB`;
    const channels = found.reduce((sum, { offsets }) => sum + offsets.filter((offset) => offset > 0).length, 0);
    const text = `moved the offsets of ${channels} channels behind their Relu${measured}`;
    return [{ kind: "changed", text, subjects: found.map(({ name }) => name) }];
  },
};

function left(why: string, found: readonly Offsets[]): Note {
  return { kind: "left", text: `undone: ${why}`, subjects: found.map(({ name }) => name) };
}

/** By the output of the layer before: what is taken from each of its channels. */
export interface Offsets {
  readonly name: string;
  readonly offsets: Float64Array;
}

/** Changes `model` in place and gives what moved. */
export async function absorbBiases(
  model: Model,
  tools: Pick<Tools, "selects"> & { readonly data: PassData },
): Promise<readonly Offsets[]> {
  const sites = sitesOf(model).filter(({ before, behind }) =>
    [before, ...behind].every(({ node }) => tools.selects(node)),
  );
  if (sites.length === 0) return [];
  const wanted = sites.map(({ before }) => ({ value: before.output.name, channels: before.outputAxis }));
  const statistics = await tools.data.observe(model, wanted);
  const found = sites.flatMap(({ before }) => {
    const { name } = before.output;
    const offsets = offsetsOf(statistics.get(name), before);
    return offsets?.some((offset) => offset > 0) ? [{ name, offsets }] : [];
  });
  absorb(model, found);
  return found;
}

function offsetsOf(statistics: Statistics | undefined, { outputs }: Linear): Float64Array | undefined {
  const least = statistics?.nonFinite === 0 ? statistics.channels?.min : undefined;
  return least?.length === outputs ? least.map((each) => Math.max(0, each)) : undefined;
}

interface Site {
  readonly before: Linear;
  readonly behind: readonly Linear[];
}

/** They keep what is above 0 as it is. */
const activations = new Set(["onnx.Relu", "onnx.LeakyRelu", "onnx.PRelu"]);

function sitesOf(model: Model): readonly Site[] {
  const { type } = inferTypes(model);
  const linear = (node: Node) => {
    const found = linearOf(node, (value) => shapeOf(type(value)), true);
    return found !== undefined && found.biasSlot >= 0 && hasVectorBias(found) ? found : undefined;
  };
  return [...model.graph.nodes].flatMap((node) => {
    const before = linear(node);
    const relu = before && onlyConsumer(before.output);
    const output = relu?.outputs[0];
    if (before === undefined || relu?.inputs[0] !== before.output || !activations.has(relu.op)) return [];
    if (output === undefined || isGraphOutput(output) || output.uses.size === 0) return [];
    const behind = [...output.uses].map((use) => {
      const next = use.kind === "input" && use.node.graph === model.graph ? linear(use.node) : undefined;
      const reads = next?.data === output && next.dataAxis === before.outputAxis && next.inputs === before.outputs;
      return reads && next !== undefined && isUnpadded(next.node) ? next : undefined;
    });
    return behind.every((next) => next !== undefined) ? [{ before, behind }] : [];
  });
}

function hasVectorBias({ node, bias, outputs }: Linear): boolean {
  if (node.op === "onnx.Gemm" && floatAttr(node, "beta", 1) === 0) return false;
  return bias === undefined || (bias.origin.kind === "constant" && bias.origin.tensor.shape.join() === `${outputs}`);
}

function isUnpadded(node: Node): boolean {
  if (node.op === "onnx.Gemm") return true;
  const isAutomatic = stringAttr(node, "auto_pad", "NOTSET").startsWith("SAME");
  return node.op === "onnx.Conv" && !isAutomatic && (intsAttr(node, "pads") ?? []).every((pad) => pad === 0);
}

function absorb(model: Model, found: readonly Offsets[]): void {
  const offsetsBy = new Map(found.map(({ name, offsets }) => [name, offsets]));
  model.graph.edit(label, (edit) => {
    for (const { before, behind } of sitesOf(model)) {
      const offsets = offsetsBy.get(before.output.name);
      if (offsets === undefined) continue;
      addToBias(
        edit,
        before,
        offsets.map((offset) => -offset),
      );
      for (const next of behind) addToBias(edit, next, products(next, offsets));
    }
  });
}

/** W·c, by output channel. */
function products(linear: Linear, offsets: Float64Array): Float64Array {
  const { node, outputs } = linear;
  const sums = new Float64Array(outputs);
  const alpha = node.op === "onnx.Gemm" ? floatAttr(node, "alpha", 1) : 1;
  eachWeight(linear, (weight, _, output, input) => {
    sums[output]! += alpha * weight * offsets[input]!;
  });
  return sums;
}

function addToBias(edit: Edit, { node, biasSlot, tensor, output }: Linear, extra: Float64Array): void {
  const beta = node.op === "onnx.Gemm" ? floatAttr(node, "beta", 1) : 1;
  const old = node.inputs[biasSlot];
  const values = old?.origin.kind === "constant" ? numbers(old.origin.tensor) : new Float64Array(extra.length);
  const made = tensorOf(
    tensor.dtype,
    [extra.length],
    values.map((each, i) => each + extra[i]! / beta),
  );
  if (old !== undefined && old.uses.size === 1) {
    edit.setConstant(old, made);
    return;
  }
  const value = edit.constant(old?.name ?? `${output.name}_bias`, made);
  const count = Math.max(node.inputs.length, biasSlot + 1);
  edit.setInputs(
    node,
    Array.from({ length: count }, (_, i) => (i === biasSlot ? value : node.inputs[i])),
  );
}
