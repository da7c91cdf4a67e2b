import { reviewWords } from "@pare/data";
import { attr, type Model } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { NetworkWriter } from "./writer.ts";

const channels = 64;
const hidden = 32;

/**
 * The network of recipes/text.yaml, untrained: a vector for each word, a convolution over three words at a time ("not very
 * good"), the mean over the words that are there, → 32 → negative or positive.
 */
export function reviewsNetwork(seed: number): Model {
  const writer = new NetworkWriter("reviews", seed);
  const ids = writer.input("input_ids", "int64", ["batch", "length"]);
  const mask = maskOf(writer, writer.input("attention_mask", "int64", ["batch", "length"]));
  const table = writer.drawn("embedding.weight", [reviewWords.length, channels], 1);
  const vectors = writer.op("Gather", "/embedding/Gather", [table, ids]);
  const turned = writer.op("Transpose", "/Transpose", [vectors], { perm: attr.ints([0, 2, 1]) });
  // Behind a text's end there is nothing, as before its beginning: however long the others of its batch are.
  const kept = writer.op("Mul", "/embedding/Mul", [turned, mask]);
  const normal = writer.convNorm("conv", { from: channels, to: channels, kernel: [3], pads: [1, 1] }, kept);
  const pooled = meanOf(writer, writer.op("Relu", "/conv/Relu", [normal]), mask);
  const inner = writer.op("Relu", "/fc/Relu", [writer.gemm("fc", [channels, hidden], pooled)]);
  return writer.finish(writer.gemm("head", [hidden, 2], inner), 2, { opset: 17, formatVersion: 8 });
}

/** [batch, 1, length] of 0 and 1. */
function maskOf(writer: NetworkWriter, mask: string): string {
  const float = writer.op("Cast", "/pool/Cast", [mask], { to: attr.int(1) });
  const axis = writer.constant("/pool/Constant", tensorOf("int64", [1], [1]));
  return writer.op("Unsqueeze", "/pool/Unsqueeze", [float, axis]);
}

/** (features · mask).sum(2) / mask.sum(2): the mean over the words that are there. */
function meanOf(writer: NetworkWriter, features: string, mask: string): string {
  const kept = writer.op("Mul", "/pool/Mul", [features, mask]);
  const last = writer.constant("/pool/Constant_1", tensorOf("int64", [1], [2]));
  const attrs = { keepdims: attr.int(0) };
  const sum = writer.op("ReduceSum", "/pool/ReduceSum", [kept, last], attrs);
  return writer.op("Div", "/pool/Div", [sum, writer.op("ReduceSum", "/pool/ReduceSum_1", [mask, last], attrs)]);
}
