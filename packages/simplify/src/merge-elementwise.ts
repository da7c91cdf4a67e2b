/**
 * Arithmetic with constants: (x·a)·b is x·(a·b), (x + a) + b is x + (a + b); a BatchNormalization takes the arithmetic
 * behind and before it; x + 0 goes whatever the sign of the zero (−0 becomes itself, not +0).
 */

import { floatAttr, type Node, onlyConsumer, type Value } from "@pare/ir";
import { broadcastShapes } from "@pare/ops";
import { type DType, elementCount, isFloat, numbers, type Tensor } from "@pare/tensor";
import { type Affine, affineOf } from "./affine.ts";
import { an } from "./article.ts";
import { bypass, sameShape } from "./bypass.ts";
import { floatTensor } from "./channels.ts";
import { uniformOf } from "./constants.ts";
import { bytesFreedBy } from "./freed.ts";
import { replaced } from "./linear.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const combining: Readonly<Record<string, (a: number, b: number) => number>> = {
  "onnx.Mul": (a, b) => a * b,
  "onnx.Add": (a, b) => a + b,
};

const mergeConstants: Rule = {
  ops: ["onnx.Mul", "onnx.Add"],
  apply(node, scene) {
    const outer = operandsOf(node, scene);
    const made = outer?.data.origin.kind === "output" ? outer.data.origin.node : undefined;
    const inner = made?.op === node.op && made.graph === node.graph ? operandsOf(made, scene) : undefined;
    if (outer === undefined || inner === undefined || made === undefined || onlyConsumer(outer.data) !== node)
      return false;
    const { dtype } = inner.constant;
    const tensor = combined(inner.constant, outer.constant, combining[node.op]!);
    if (tensor === undefined || (dtype !== "float32" && dtype !== "float64")) return false;
    if (!scene.ledger.affords(tensor.source.size - bytesFreedBy(node, [inner.data]))) return false;
    if (!scene.mayRound(node.outputs[0]!, `two ${node.type} with constants`)) return false;
    return scene.rewrite(node, `merged two ${node.type} with constants`, (edit) => {
      const before = node.inputs;
      edit.setInputs(node, [inner.data, scene.constantOf(edit, outer.name, tensor)]);
      return before;
    });
  },
};

function operandsOf(node: Node, scene: Scene): { data: Value; constant: Tensor; name: string } | undefined {
  const [left, right] = node.inputs;
  if (left === undefined || right === undefined) return undefined;
  const [a, b] = [scene.constant(left), scene.constant(right)];
  if (b !== undefined && a === undefined) return { data: left, constant: b, name: right.name };
  return a !== undefined && b === undefined ? { data: right, constant: a, name: left.name } : undefined;
}

const mostElements = 1 << 24;

function combined(a: Tensor, b: Tensor, combine: (x: number, y: number) => number): Tensor | undefined {
  const shape = broadcastShapes([a.shape, b.shape])?.map(Number);
  if (shape === undefined || shape.some(Number.isNaN) || elementCount(shape) > mostElements) return undefined;
  const [x, y] = [stretched(a, shape), stretched(b, shape)];
  return floatTensor(
    a.dtype,
    shape,
    x.map((each, i) => combine(each, y[i]!)),
  );
}

function stretched(tensor: Tensor, shape: readonly number[]): Float64Array {
  const values = numbers(tensor);
  const own = [...new Array<number>(shape.length - tensor.shape.length).fill(1), ...tensor.shape];
  return Float64Array.from({ length: elementCount(shape) }, (_, flat) => {
    let rest = flat;
    let index = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const place = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (own[axis] !== 1) index += place * stride;
      stride *= own[axis]!;
    }
    return values[index]!;
  });
}

/** Channel arithmetic behind or before a BatchNormalization changes its scale and offset. */
const mergeIntoNormalization: Rule = {
  ops: ["onnx.Mul", "onnx.Div", "onnx.Add", "onnx.Sub", "onnx.BatchNormalization"],
  apply(node, scene) {
    const second = affineOf(node, scene);
    const made = second?.input.origin.kind === "output" ? second.input.origin.node : undefined;
    const first = made === undefined || made.graph !== node.graph ? undefined : affineOf(made, scene);
    if (first === undefined || second === undefined || onlyConsumer(second.input) !== second.nodes[0]) return false;
    if (first.nodes.length > 1 || second.nodes.length > 1) return false;
    const host = [made!, node].find((each) => each.op === "onnx.BatchNormalization");
    const channels = host && scene.shape(host.inputs[1])?.[0];
    if (
      host === undefined ||
      typeof channels !== "number" ||
      !alongChannels(first, channels) ||
      !alongChannels(second, channels)
    )
      return false;
    if (host.inputs.slice(1, 3).some((input) => input!.uses.size > 1)) return false;
    if (!scene.mayRound(second.output, `${an(node.type)} behind ${an(made!.type)}`)) return false;
    const { gamma, beta } = parametersFor(host, first, second, channels, scene);
    return scene.rewrite(node, `merged ${an(node.type)} and the ${made!.type} before it into one`, (edit) => {
      const inputs = [...host.inputs];
      const before = [...node.inputs, ...made!.inputs];
      inputs[0] = first.input;
      inputs[1] = replaced(edit, host.inputs[1]!, gamma, scene);
      inputs[2] = replaced(edit, host.inputs[2]!, beta, scene);
      edit.setInputs(host, inputs);
      if (host === made) scene.takeOver(edit, second.output, second.input);
      return [second.output, ...before];
    });
  },
};

function alongChannels({ axis, scale, shift }: Affine, channels: number): boolean {
  return [scale, shift].every((each) => each.length === 1 || (axis === 1 && each.length === channels));
}

/** Scale and offset that give `second` of `first` with the host's own mean and variance. */
function parametersFor(host: Node, first: Affine, second: Affine, channels: number, scene: Scene) {
  const part = (slot: number) => scene.constant(host.inputs[slot])!;
  const [mean, variance] = [numbers(part(3)), numbers(part(4))];
  const epsilon = floatAttr(host, "epsilon", 1e-5);
  const at = (values: Float64Array, i: number) => values[values.length === 1 ? 0 : i]!;
  const scale = Float64Array.from({ length: channels }, (_, i) => at(first.scale, i) * at(second.scale, i));
  const shift = scale.map((_, i) => at(first.shift, i) * at(second.scale, i) + at(second.shift, i));
  const gamma = scale.map((each, i) => each * Math.sqrt(variance[i]! + epsilon));
  const beta = shift.map((each, i) => each + mean[i]! * scale[i]!);
  const of = (dtype: DType, values: Float64Array) => floatTensor(dtype, [channels], values);
  return { gamma: of(part(1).dtype, gamma), beta: of(part(2).dtype, beta) };
}

const dropZero: Rule = {
  ops: ["onnx.Add", "onnx.Sub"],
  apply(node, scene) {
    const operands = operandsOf(node, scene);
    if (operands === undefined || !isFloat(operands.constant.dtype)) return false;
    if (node.op === "onnx.Sub" && operands.data !== node.inputs[0]) return false;
    const zero = uniformOf(operands.constant, 4096);
    if (zero === undefined || Math.abs(zero) !== 0 || !sameShape(operands.data, node.outputs[0], scene)) return false;
    return bypass(node, operands.data, scene, `removed ${an(node.type)} of zero`);
  },
};

export const mergeElementwise: Rewriting = {
  name: "simplify/merge-elementwise",
  summary: "Merge arithmetic with constants that follows each other, and remove sums with zero",
  promise: "rounding",
  isBold: true,
  rules: [dropZero, mergeConstants, mergeIntoNormalization],
};
