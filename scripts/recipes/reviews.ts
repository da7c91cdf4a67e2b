/**
 * The network of recipes/text.yaml: a vector for each word, a convolution over three words at a time ("not very good"),
 * the mean over the words that are there, → 32 → negative or positive.
 */
import { generatedSets, reviewLength, reviewWords, type Sample } from "@pare/data";
import { attr, createGraphBuilder, type Model } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { conv } from "../quickstart/convolution.ts";
import { add, constant, type Writer, weight } from "../quickstart/export.ts";
import { type Activation, batchNorm, batchNormEpsilon, chain, clip, dense, type Layer } from "../quickstart/layers.ts";
import { pointwise } from "../quickstart/network.ts";
import type { ParameterStore } from "../quickstart/parameters.ts";
import { learn } from "./learn.ts";
import { gemm, modelOf } from "./model.ts";
import { embedding, neighbours, tokenMean } from "./tokens.ts";

const channels = 64;
const hidden = 32;

export async function trainReviews(): Promise<Model> {
  const parameters = await learn({
    build,
    input: idsOf,
    data: (length) => generatedSets.reviews({ split: "train", length, seed: 1 }),
    steps: 500,
    learningRate: 0.003,
  });
  return exportReviews(new Map(parameters.map(({ name, value }) => [name, value])));
}

function build(store: ParameterStore): Layer {
  let ids: Float32Array = new Float32Array();
  const layers = chain([
    embedding("embedding", reviewWords.length, channels, store),
    neighbours(),
    conv("conv", pointwise(3 * channels, channels), store),
    batchNorm("norm", channels, store),
    clip(),
    tokenMean(() => ids),
    dense("fc", channels, hidden, store),
    clip(),
    dense("head", hidden, 2, store),
  ]);
  return {
    ...layers,
    forward(x, mode) {
      ids = x.data;
      return layers.forward(x, mode);
    },
  };
}

function idsOf(samples: readonly Sample[]): Activation {
  const data = Float32Array.from(samples.flatMap(({ fields }) => [...numbers(fields.get("ids")!)]));
  return { data, images: samples.length, height: 1, width: reviewLength, channels: 1 };
}

function exportReviews(values: ReadonlyMap<string, Float32Array>): Model {
  const graph = createGraphBuilder("reviews");
  const writer: Writer = { graph, values };
  for (const name of ["input_ids", "attention_mask"])
    graph.input({ name, type: { kind: "tensor", dtype: "int64", shape: ["batch", "length"] } });
  const pooled = exportPooling(writer, exportFeatures(writer));
  const inner = add(writer, "Relu", "/fc/Relu", [gemm(writer, "fc", [channels, hidden], pooled)]);
  const logits = gemm(writer, "head", [hidden, 2], inner);
  graph.node({ domain: "onnx", type: "Identity", name: "/Identity", inputs: [logits], outputs: ["logits"] });
  return modelOf(graph.finish([{ name: "logits", type: { kind: "tensor", dtype: "float32", shape: ["batch", 2] } }]));
}

/** [batch, channels, length] */
function exportFeatures(writer: Writer): string {
  const values = (name: string) => writer.values.get(name)!;
  const table = weight(writer, "embedding.weight", [reviewWords.length, channels], values("embedding.weight"));
  const vectors = add(writer, "Gather", "/embedding/Gather", [table, "input_ids"]);
  const turned = add(writer, "Transpose", "/Transpose", [vectors], { perm: attr.ints([0, 2, 1]) });
  const kernel = kernelOf(values("conv.weight"));
  const convolved = add(
    writer,
    "Conv",
    "/conv/Conv",
    [turned, weight(writer, "conv.weight", [channels, channels, 3], kernel)],
    { kernel_shape: attr.ints([3]), pads: attr.ints([1, 1]), strides: attr.ints([1]) },
  );
  const norms = ["weight", "bias", "running_mean", "running_var"].map((of) => `norm.${of}`);
  const inputs = [convolved, ...norms.map((name) => weight(writer, name, [channels], values(name)))];
  const normal = add(writer, "BatchNormalization", "/norm/BatchNormalization", inputs, {
    epsilon: attr.float(batchNormEpsilon),
  });
  return add(writer, "Relu", "/conv/Relu", [normal]);
}

/** From [3 taps · channels, filters] to [filters, channels, 3]. */
function kernelOf(values: Float32Array): Float32Array {
  return values.map((_, i) => {
    const [filter, channel, tap] = [Math.floor(i / (3 * channels)), Math.floor(i / 3) % channels, i % 3];
    return values[(tap * channels + channel) * channels + filter]!;
  });
}

/** (features · mask).sum(2) / mask.sum(2): the mean over the words that are there. */
function exportPooling(writer: Writer, features: string): string {
  const axis = (name: string, at: number) => constant(writer, `/pool/${name}`, tensorOf("int64", [1], [at]));
  const float = add(writer, "Cast", "/pool/Cast", ["attention_mask"], { to: attr.int(1) });
  const mask = add(writer, "Unsqueeze", "/pool/Unsqueeze", [float, axis("Constant", 1)]);
  const kept = add(writer, "Mul", "/pool/Mul", [features, mask]);
  const [keep, last] = [{ keepdims: attr.int(0) }, axis("Constant_1", 2)];
  const sum = add(writer, "ReduceSum", "/pool/ReduceSum", [kept, last], keep);
  const count = add(writer, "ReduceSum", "/pool/ReduceSum_1", [mask, last], keep);
  return add(writer, "Div", "/pool/Div", [sum, count]);
}
