/**
 * Factors and offsets of channels move into constant weights: back into the node that made the value, or on into all the
 * nodes that read it.
 */

import type { Edit, Node } from "@pare/ir";
import { consumersOf, isGraphOutput, onlyConsumer } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type Affine, affineOf, isScaleOnly } from "./affine.ts";
import { an } from "./article.ts";
import { type ChannelLayout, channelCount, floatTensor, scaleChannels, weightedSums } from "./channels.ts";
import { bytesFreedBy } from "./freed.ts";
import { biasOf, bytesAdded, canHaveBias, type Linear, linearOf, type Refit, refit, replaced } from "./linear.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

/** Into the node before: W·scale, bias·scale + shift. */
function foldBack(node: Node, affine: Affine, scene: Scene): boolean {
  const { origin } = affine.input;
  const linear =
    origin.kind === "output" && origin.node.graph === node.graph ? linearOf(origin.node, scene) : undefined;
  if (linear === undefined || onlyConsumer(affine.input) !== affine.nodes[0]) return false;
  if (!fits(affine, linear.output, linear.outputAxis)) return false;
  const hasBias = linear.node.op !== "onnx.MatMul" && linear.node.inputs[2] !== undefined;
  const old = hasBias || !isScaleOnly(affine) ? biasOf(linear, scene) : undefined;
  if (old === undefined ? hasBias || !isScaleOnly(affine) : !canHaveBias(linear, scene)) return false;
  const through = (bias: number, i: number) => bias * at(affine.scale, i) + at(affine.shift, i);
  const change: Refit = {
    weights: isUnit(affine.scale) ? undefined : () => scaleChannels(linear.tensor, linear.output, affine.scale),
    bias: old?.map(hasBias ? (affine.rebias ?? through) : through),
  };
  const freed = bytesFreedBy(affine.nodes.at(-1)!, [affine.input]);
  if (!scene.ledger.affords(bytesAdded(linear, change, scene) - freed)) return false;
  if (!scene.mayRound(affine.output, `${an(node.type)} behind ${an(linear.node.type)}`)) return false;
  return scene.rewrite(node, `folded ${an(node.type)} into the ${linear.node.type} before it`, (edit) => {
    refit(edit, linear, change, scene);
    scene.takeOver(edit, affine.output, affine.input);
    return [affine.output];
  });
}

/** Into all nodes behind: W·scale by input channel, bias + W·shift. */
function foldForward(node: Node, affine: Affine, scene: Scene): boolean {
  const { output } = affine;
  if (isGraphOutput(output) || output.uses.size === 0) return false;
  const moves: Move[] = [];
  for (const consumer of consumersOf(output)) {
    const move = moveInto(consumer, affine, scene);
    if (move === undefined || consumer.graph !== node.graph) return false;
    moves.push(move);
  }
  const freed = bytesFreedBy(affine.nodes.at(-1)!, [affine.input]);
  const added = moves.reduce((sum, move) => sum + move.bytes, 0);
  if (!scene.ledger.affords(added - freed)) return false;
  if (!scene.mayRound(output, `${an(node.type)} before ${an(moves[0]!.linear.node.type)}`)) return false;
  const text = `folded ${an(node.type)} into the ${moves[0]!.linear.node.type} behind it`;
  return scene.rewrite(node, text, (edit) => {
    for (const move of moves) move.make(edit);
    scene.replace(edit, output, affine.input);
    return [output];
  });
}

interface Move {
  readonly linear: Linear;
  readonly bytes: number;
  make(edit: Edit): void;
}

function moveInto(consumer: Node, affine: Affine, scene: Scene): Move | undefined {
  const linear = linearOf(consumer, scene);
  const readers = consumer.inputs.filter((input) => input === affine.output);
  if (linear === undefined || readers.length !== 1 || consumer.inputs[0] !== affine.output) return undefined;
  if (!fits(affine, linear.input, linear.inputAxis)) return undefined;
  const weights = isUnit(affine.scale)
    ? undefined
    : () => scaleChannels(linear.tensor, linear.input, spread(affine.scale, linear.input));
  if (isScaleOnly(affine))
    return {
      linear,
      bytes: bytesAdded(linear, { weights }, scene),
      make: (edit) => refit(edit, linear, { weights }, scene),
    };
  if (!linear.unpadded) return undefined;
  const offset = () => weightedSums(linear.tensor, linear.output, linear.input, spread(affine.shift, linear.input));
  if (!canHaveBias(linear, scene)) return moveIntoSum(linear, weights, offset, scene);
  const old = biasOf(linear, scene);
  if (old === undefined) return undefined;
  const bytes = bytesAdded(linear, { weights, bias: old }, scene);
  return {
    linear,
    bytes,
    make: (edit) => {
      const extra = offset();
      refit(edit, linear, { weights, bias: old.map((each, i) => each + alpha(linear) * extra[i]!) }, scene);
    },
  };
}

/** A MatMul of more axes has no bias: the constant of the Add behind it takes the offset. */
function moveIntoSum(
  linear: Linear,
  weights: Refit["weights"],
  offset: () => Float64Array,
  scene: Scene,
): Move | undefined {
  const product = linear.node.outputs[0]!;
  const sum = onlyConsumer(product);
  const row = sum?.op === "onnx.Add" && sum.graph === linear.node.graph ? affineOf(sum, scene) : undefined;
  const channels = channelCount(linear.output);
  if (sum === undefined || row === undefined || !fits(row, linear.output, linear.outputAxis)) return undefined;
  if (linear.tensor.shape.length !== 2) return undefined;
  const slot = sum.inputs[0] === product ? 1 : 0;
  const old = sum.inputs[slot]!;
  const rowBytes = (channels * linear.tensor.source.size) / elementCount(linear.tensor.shape);
  const replacedBytes = old.uses.size === 1 ? (scene.constant(old)?.source.size ?? 0) : 0;
  return {
    linear,
    bytes: bytesAdded(linear, { weights }, scene) + rowBytes - replacedBytes,
    make: (edit) => {
      const extra = offset();
      const tensor = floatTensor(
        linear.tensor.dtype,
        [channels],
        extra.map((each, i) => each + at(row.shift, i)),
      );
      const inputs = [...sum.inputs];
      inputs[slot] = replaced(edit, old, tensor, scene);
      edit.setInputs(sum, inputs);
      edit.rename(product, `${product.name}_without_offset`);
      refit(edit, linear, { weights }, scene);
    },
  };
}

function alpha({ node }: Linear): number {
  const found = node.op === "onnx.Gemm" ? node.attrs.get("alpha") : undefined;
  return found?.kind === "float" ? found.value : 1;
}

function fits({ axis, scale, shift }: Affine, layout: ChannelLayout, layoutAxis: number): boolean {
  const lengths = [scale.length, shift.length].filter((length) => length !== 1);
  return lengths.length === 0 || (axis === layoutAxis && lengths.every((length) => length === channelCount(layout)));
}

/** One number for each channel. */
function spread(values: Float64Array, layout: ChannelLayout): Float64Array {
  return values.length === 1 ? new Float64Array(channelCount(layout)).fill(values[0]!) : values;
}

function at(values: Float64Array, i: number): number {
  return values[values.length === 1 ? 0 : i]!;
}

function isUnit(scale: Float64Array): boolean {
  return scale.every((each) => each === 1);
}

function rule(ops: readonly string[], fold: typeof foldBack): Rule {
  return {
    ops,
    apply(node, scene) {
      const affine = affineOf(node, scene);
      return affine !== undefined && fold(node, affine, scene);
    },
  };
}

const arithmetic = ["onnx.Mul", "onnx.Div", "onnx.Add", "onnx.Sub"];

export const foldBatchNorm: Rewriting = {
  name: "simplify/fold-batch-norm",
  summary: "Fold BatchNormalization into the Conv, ConvTranspose, Gemm or MatMul before it",
  promise: "rounding",
  rules: [rule(["onnx.BatchNormalization"], foldBack)],
};

export const foldScales: Rewriting = {
  name: "simplify/fold-scales",
  summary: "Fold Mul, Div, Add and Sub with a constant for each channel into the weights before them",
  promise: "rounding",
  rules: [rule(arithmetic, foldBack)],
};

export const foldAhead: Rewriting = {
  name: "simplify/fold-ahead",
  summary: "Fold BatchNormalization and arithmetic with constants into the weights of all that reads them",
  promise: "rounding",
  isBold: true,
  rules: [rule(["onnx.BatchNormalization", ...arithmetic], foldForward)],
};
