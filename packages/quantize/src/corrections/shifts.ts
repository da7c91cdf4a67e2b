/**
 * How far the mean of each channel of each layer has moved by quantization, each layer measured with the layers before it
 * already quantized and already corrected (empirical bias correction: Nagel et al. 2019, "Data-Free Quantization Through
 * Weight Equalization and Bias Correction", section 4.2, done in order).
 *
 * One run does it: behind every layer of a copy stands y + c with c = E[original] − mean(y) over the whole batch, so what
 * the next layer sees is what it will see when c is in the bias. The batch must hold all the samples that count.
 */
import { attr, attrsOf, cloneModel, type Edit, type Model, type Value } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import type { Tensors, Tools } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { channelAxis, type MatchedLayer } from "./layers.ts";

/** What to add to the bias of each layer, by the name of the layer's output: float64, one a channel. */
export type Shifts = ReadonlyMap<string, Float64Array>;

/** @param original the model before quantization, with which the layers were matched */
export async function measureShifts(
  model: Model,
  original: Model,
  layers: readonly MatchedLayer[],
  batch: Tensors,
  tools: Tools,
): Promise<Shifts> {
  const means = await channelMeans(original, layers, batch, tools);
  const copy = cloneModel(model);
  const { type } = inferTypes(copy);
  const outputs = new Map<string, string>();
  copy.graph.edit("measure shifts", (edit) => {
    for (const layer of layers) {
      const { output } = layer;
      const value = copy.graph.value(output.name);
      const mean = means.get(output.name);
      const shape = value && shapeOf(type(value));
      const channels = shape?.[channelAxis(layer, shape.length)];
      if (value === undefined || mean === undefined || shape === undefined) continue;
      if (typeof channels === "number" && channels !== mean.length) continue;
      outputs.set(output.name, shiftBehind(edit, copy, value, mean, shape.length, channelAxis(layer, shape.length)));
    }
  });
  return runFor(copy, outputs, batch, tools);
}

async function channelMeans(
  original: Model,
  layers: readonly MatchedLayer[],
  batch: Tensors,
  tools: Tools,
): Promise<Shifts> {
  const copy = cloneModel(original);
  const { type } = inferTypes(copy);
  const outputs = new Map<string, string>();
  copy.graph.edit("measure means", (edit) => {
    for (const layer of layers) {
      const value = copy.graph.value(layer.reference.name);
      const rank = value && shapeOf(type(value))?.length;
      if (value === undefined || rank === undefined) continue;
      const mean = meanOver(edit, copy, value, rank, channelAxis(layer, rank));
      edit.output(mean);
      outputs.set(layer.output.name, mean.name);
    }
  });
  return runFor(copy, outputs, batch, tools);
}

async function runFor(
  model: Model,
  outputs: ReadonlyMap<string, string>,
  batch: Tensors,
  tools: Tools,
): Promise<Shifts> {
  const [found] = await tools.run(model, [batch]);
  return new Map([...outputs].map(([layer, name]) => [layer, numbers(found!.get(name)!)]));
}

/** Gives the name of the output that holds c. */
function shiftBehind(edit: Edit, model: Model, value: Value, mean: Float64Array, rank: number, axis: number): string {
  const uses = new Set(value.uses);
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? mean.length : 1));
  const wanted = edit.constant(`${value.name}_mean`, tensorOf("float32", shape, mean));
  const found = meanOver(edit, model, value, rank, axis);
  const shift = edit.node("onnx.Sub", [wanted, found], { outputs: [`${value.name}_shift`] }).outputs[0]!;
  const corrected = edit.node("onnx.Add", [value, shift], { outputs: [`${value.name}_corrected`] }).outputs[0]!;
  edit.replaceUses(value, corrected, (use) => uses.has(use));
  edit.output(shift);
  return shift.name;
}

/** Over all axes but one, which are kept as 1. From opset 18 on they are an input. */
function meanOver(edit: Edit, { opsets }: Model, value: Value, rank: number, axis: number): Value {
  const axes = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
  const asInput = (opsets.get("onnx") ?? 13) >= 18;
  const inputs = asInput ? [value, edit.constant("axes", tensorOf("int64", [axes.length], axes))] : [value];
  const attrs = attrsOf({ keepdims: attr.int(1), axes: asInput ? undefined : attr.ints(axes) });
  return edit.node("onnx.ReduceMean", inputs, { attrs, outputs: [`${value.name}_mean_found`] }).outputs[0]!;
}
