/**
 * The fast form of bias correction: how far each layer's own weights move the mean of each of its channels, from the mean
 * of each input channel in the float model: (W − Ŵ)·E[x]. One pass over the samples in bounded memory for all layers.
 *
 * What the layers before a layer do to its input is left out, and a convolution is taken as if it had no borders.
 */
import { cloneModel, floatAttr, type Model, type Node, producerOf } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import type { PassData, Tensors, Tools } from "@pare/pass";
import { numbers } from "@pare/tensor";
import type { Layer, MatchedLayer } from "./layers.ts";
import { eachWeight, type Linear, linearOf } from "./linear.ts";
import type { Shifts } from "./shifts.ts";

export async function meanShifts(
  model: Model,
  original: Model,
  layers: readonly MatchedLayer[],
  tools: Tools & { readonly data: PassData },
): Promise<Shifts> {
  const { type } = inferTypes(original);
  const pairs = layers.flatMap((layer) => {
    const linear = linearBehind(producerOf(layer.reference), (each) => linearOf(each, (v) => shapeOf(type(v)), true));
    return linear === undefined ? [] : [{ layer, linear }];
  });
  if (pairs.length === 0) return new Map();
  const observations = new Map(pairs.map(({ linear }) => [linear.data.name, linear.dataAxis]));
  const statistics = await tools.data.observe(
    original,
    [...observations].map(([value, channels]) => ({ value, channels })),
  );
  const decoded = await decodedWeights(model, pairs, tools);
  const shifts = new Map<string, Float64Array>();
  for (const { layer, linear } of pairs) {
    const means = statistics.get(linear.data.name)?.channels;
    const weight = decoded.get(layer.weight.name);
    if (means === undefined || weight === undefined || means.axis !== linear.dataAxis) continue;
    if (means.mean.length === linear.inputs && weight.length === numbersIn(linear))
      shifts.set(layer.output.name, shiftOf(linear, weight, means.mean));
  }
  return shifts;
}

const numbersIn = ({ tensor }: Linear) => tensor.shape.reduce((product, size) => product * size, 1);

/** The product that gives a value, itself or behind the Add of its bias. */
function linearBehind(node: Node | undefined, linear: (node: Node) => Linear | undefined): Linear | undefined {
  if (node === undefined) return undefined;
  const own = linear(node);
  if (own !== undefined || node.op !== "onnx.Add") return own;
  for (const input of node.inputs) {
    const before = producerOf(input);
    const found = before && linear(before);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What weights stand for, in whatever form they are stored: the runtime computes it. */
async function decodedWeights(
  model: Model,
  pairs: readonly { readonly layer: Layer }[],
  tools: Tools & { readonly data: PassData },
): Promise<ReadonlyMap<string, Float64Array>> {
  const names = [...new Set(pairs.map(({ layer }) => layer.weight.name))];
  const copy = cloneModel(model);
  const { type } = inferTypes(copy);
  copy.graph.edit("decode weights", (edit) => {
    for (const name of names) {
      const value = copy.graph.value(name);
      if (value?.origin.kind !== "output") continue;
      edit.retype(value, type(value));
      edit.output(value);
    }
  });
  const [found] = await tools.run(copy, [await firstSample(tools.data)]);
  return new Map(names.flatMap((name) => (found?.has(name) ? [[name, numbers(found.get(name)!)]] : [])));
}

async function firstSample(data: PassData): Promise<Tensors> {
  for await (const batch of data.batches({ batch: 1, samples: 1 })) return batch;
  return new Map();
}

function shiftOf(linear: Linear, weight: Float64Array, means: Float64Array): Float64Array {
  const shift = new Float64Array(linear.outputs);
  const alpha = floatAttr(linear.node, "alpha", 1);
  eachWeight(linear, (wanted, i, output, input) => {
    shift[output]! += alpha * (wanted - weight[i]!) * means[input]!;
  });
  return shift;
}
