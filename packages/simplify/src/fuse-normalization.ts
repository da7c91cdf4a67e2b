/**
 * LayerNormalization from its parts, where the operator set has it (17): (x − mean) / √(variance + ε), with the scale and
 * the offset behind it. The variance is the mean of the squared difference, by Pow or by Mul.
 */
import { attr, attrsOf, type Dim, intAttr, intsAttr, type Node, onlyConsumer, type Value } from "@pare/ir";
import { axisIndex } from "@pare/ops";
import { madeBy, scalarOf, withScalar } from "./match.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

interface Parts {
  readonly input: Value;
  readonly axis: number;
  readonly epsilon: number;
}

const fuseLayer: Rule = {
  ops: ["onnx.Div"],
  apply(node, scene) {
    if (scene.opset(node) < 17) return false;
    const parts = partsOf(node, scene);
    const output = node.outputs[0]!;
    const scaled = parts && parameterBehind(output, "onnx.Mul", parts, scene);
    if (parts === undefined || scaled === undefined) return false;
    const shifted = parameterBehind(scaled.node.outputs[0]!, "onnx.Add", parts, scene);
    const last = shifted?.node ?? scaled.node;
    const result = last.outputs[0]!;
    if (!scene.mayRound(result, "a layer normalization in parts")) return false;
    return scene.rewrite(last, "fused a layer normalization from its parts", (edit) => {
      const before = last.inputs;
      edit.setOp(last, "onnx.LayerNormalization");
      edit.setAttrs(last, attrsOf({ axis: attr.int(parts.axis), epsilon: attr.float(parts.epsilon) }));
      edit.setInputs(last, [parts.input, scaled.parameter, ...(shifted === undefined ? [] : [shifted.parameter])]);
      return before;
    });
  },
};

/** Div(Sub(x, mean), Sqrt(Add(variance, ε))), all over the last axes. */
function partsOf(node: Node, scene: Scene): Parts | undefined {
  const centred = madeBy(node.inputs[0], "onnx.Sub", node);
  const root = madeBy(node.inputs[1], "onnx.Sqrt", node);
  const padded = withScalar(root && madeBy(root.inputs[0], "onnx.Add", node), scene);
  const variance = padded && madeBy(padded.data, "onnx.ReduceMean", node);
  const mean = centred && madeBy(centred.inputs[1], "onnx.ReduceMean", node);
  const input = centred?.inputs[0];
  if (variance === undefined || mean === undefined || input === undefined || mean.inputs[0] !== input) return undefined;
  if (!isSquareOf(variance.inputs[0], centred!.outputs[0]!, node, scene)) return undefined;
  const axis = lastAxes(mean, scene);
  if (axis === undefined || axis !== lastAxes(variance, scene)) return undefined;
  return { input, axis, epsilon: padded!.scalar };
}

function isSquareOf(value: Value | undefined, base: Value, user: Node, scene: Scene): boolean {
  const power = madeBy(value, "onnx.Pow", user);
  if (power !== undefined) return power.inputs[0] === base && scalarOf(power.inputs[1], scene) === 2;
  const product = madeBy(value, "onnx.Mul", user);
  return product?.inputs[0] === base && product.inputs[1] === base;
}

/** The first of the axes that a mean is taken over, where they are the last ones and kept. */
function lastAxes(node: Node, scene: Scene): number | undefined {
  const rank = scene.rank(node.inputs[0]);
  const axes = scene.opset(node) >= 18 ? scene.ints(node.inputs[1]) : intsAttr(node, "axes");
  if (rank === undefined || axes === undefined || intAttr(node, "keepdims", 1) !== 1) return undefined;
  const places = axes.map((axis) => axisIndex(axis, rank) ?? -1).sort((a, b) => a - b);
  const first = rank - places.length;
  return places.length > 0 && places.every((place, i) => place === first + i) ? first : undefined;
}

/** The only reader, where it combines the value with a parameter for each normalized element. */
function parameterBehind(value: Value, op: string, { input, axis }: Parts, scene: Scene) {
  const node = onlyConsumer(value);
  if (node?.op !== op || node.graph !== value.graph) return undefined;
  const parameter = node.inputs[0] === value ? node.inputs[1] : node.inputs[0];
  const wanted = scene.shape(input)?.slice(axis);
  const shape = scene.constant(parameter)?.shape;
  return parameter !== undefined && wanted !== undefined && sameSizes(shape, wanted) ? { node, parameter } : undefined;
}

function sameSizes(shape: readonly number[] | undefined, wanted: readonly Dim[]): boolean {
  return shape?.length === wanted.length && shape.every((size, i) => size === wanted[i]);
}

export const fuseNormalization: Rewriting = {
  name: "simplify/fuse-normalization",
  summary: "Fuse LayerNormalization from its parts, in operator sets that have it",
  promise: "rounding",
  rules: [fuseLayer],
};
