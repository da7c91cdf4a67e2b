import { attr, type Value } from "@pare/ir";
import type { Architecture, NetworkOptions } from "./architecture.ts";
import { headsError, inputKindError, vocabularyError } from "./errors.ts";
import { type NetworkWriter, network } from "./writer.ts";

/** A sequence of feature vectors: [batch, length, width]. */
interface Sequence {
  readonly x: Value;
  readonly length: number;
}

/** Pixels a side of a patch of an image. */
const patch = 4;

/**
 * A transformer encoder (Vaswani and others 2017) with the norms in front (Xiong and others 2020) and the mean over the
 * sequence as what is classified. Tokens are looked up, images cut into 4×4 patches (Dosovitskiy and others 2021);
 * positions are learned.
 */
export const transformer: Architecture = {
  name: "transformer",
  summary: "encoder for tokens or images (4×4 patches); width: features (64), depth: blocks (2), heads (4)",
  build(options) {
    const { classes, width = 64, depth = 2, heads = 4 } = options;
    if (width % heads !== 0) throw headsError(width, heads);
    return network("transformer", options, (writer, input) => {
      const { x: embedded, length } = embed(writer, input, options, width);
      const positions = writer.weight("positions", [1, length, width], writer.draw.normal(0.02));
      let x = writer.op("Add", "embed/Add", [embedded, positions]);
      for (let block = 1; block <= depth; block++)
        x = encoderBlock(writer, `block${block}`, { x, length }, width, heads);
      x = writer.layerNorm("norm", x, width);
      const mean = writer.op("ReduceMean", "head/mean", [x], { axes: attr.ints([1]), keepdims: attr.int(0) });
      return writer.dense("head", mean, width, classes);
    });
  },
};

function embed(writer: NetworkWriter, input: Value, options: NetworkOptions, width: number): Sequence {
  const { dtype, sample } = options.input;
  if (dtype === "int64") {
    if (sample.length !== 1) throw inputKindError("transformer", "tokens [length]", `[${sample.join(", ")}]`);
    if (options.vocabulary === undefined) throw vocabularyError("transformer");
    const table = writer.weight("embed.weight", [options.vocabulary, width], writer.draw.normal(0.02));
    return { x: writer.op("Gather", "embed/Gather", [table, input]), length: sample[0]! };
  }
  const [channels, height = 0, breadth = 0] = sample;
  if (sample.length !== 3 || height % patch !== 0 || breadth % patch !== 0)
    throw inputKindError(
      "transformer",
      `images whose sides are multiples of ${patch}, or tokens`,
      `[${sample.join(", ")}]`,
    );
  return embedPatches(writer, input, { channels: channels!, length: (height / patch) * (breadth / patch), width });
}

interface Patches {
  readonly channels: number;
  readonly length: number;
  readonly width: number;
}

function embedPatches(writer: NetworkWriter, image: Value, { channels, length, width }: Patches): Sequence {
  const weight = writer.weight(
    "embed.weight",
    [width, channels, patch, patch],
    writer.draw.fanIn(channels * patch ** 2),
  );
  const sides = attr.ints([patch, patch]);
  const conv = writer.op("Conv", "embed/Conv", [image, weight], { kernel_shape: sides, strides: sides });
  const flat = writer.op("Reshape", "embed/Reshape", [conv, writer.ints("embed.shape", [0, width, length])]);
  return { x: writer.op("Transpose", "embed/Transpose", [flat], { perm: attr.ints([0, 2, 1]) }), length };
}

function encoderBlock(
  writer: NetworkWriter,
  name: string,
  { x, length }: Sequence,
  width: number,
  heads: number,
): Value {
  const normed = writer.layerNorm(`${name}.norm1`, x, width);
  const attended = attention(writer, `${name}.attention`, { x: normed, length }, width, heads);
  const middle = writer.op("Add", `${name}/Add`, [x, attended]);
  const wide = writer.linear(`${name}.dense1`, writer.layerNorm(`${name}.norm2`, middle, width), width, 4 * width);
  const active = writer.op("Relu", `${name}/Relu`, [wide]);
  return writer.op("Add", `${name}/Add_1`, [middle, writer.linear(`${name}.dense2`, active, 4 * width, width)]);
}

/** softmax(Q·Kᵀ ÷ √d)·V by head, then a linear layer. */
function attention(writer: NetworkWriter, name: string, { x, length }: Sequence, width: number, heads: number): Value {
  const size = width / heads;
  const split = writer.ints(`${name}.split`, [0, length, heads, size]);
  const byHead = (part: string, perm: readonly number[]) => {
    const rows = writer.op("Reshape", `${name}/${part}/Reshape`, [
      writer.linear(`${name}.${part}`, x, width, width),
      split,
    ]);
    return writer.op("Transpose", `${name}/${part}/Transpose`, [rows], { perm: attr.ints(perm) });
  };
  const query = byHead("query", [0, 2, 1, 3]);
  const key = byHead("key", [0, 2, 3, 1]);
  const scores = writer.op("MatMul", `${name}/scores`, [query, key]);
  const scaled = writer.op("Mul", `${name}/scaled`, [scores, writer.scalar(`${name}.scale`, 1 / Math.sqrt(size))]);
  const weights = writer.op("Softmax", `${name}/Softmax`, [scaled], { axis: attr.int(-1) });
  const mixed = writer.op("MatMul", `${name}/mixed`, [weights, byHead("value", [0, 2, 1, 3])]);
  const joined = writer.op("Transpose", `${name}/joined`, [mixed], { perm: attr.ints([0, 2, 1, 3]) });
  const flat = writer.op("Reshape", `${name}/flat`, [joined, writer.ints(`${name}.join`, [0, length, width])]);
  return writer.linear(`${name}.output`, flat, width, width);
}
