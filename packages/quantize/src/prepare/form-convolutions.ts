/**
 * Batch normalization that a convolution reads, through a Relu or directly, and that none before it can take in (behind
 * a Concat, say) → a convolution with one weight a channel: weight scale ÷ √(variance + ε), bias shift − mean · weight.
 * As integers it is one pass over bytes, and the Relu goes into its grid.
 */
import { attr, attrsOf, consumersOf, type Edit, floatAttr, intAttr, type Model, type Node, producerOf } from "@pare/ir";
import { dtypeOf, type Inference, shapeOf } from "@pare/ops";
import { numbers, tensorOf } from "@pare/tensor";

/** Gives the names of the results of the convolutions that were made. */
export function formConvolutions(model: Model, inference: Inference, may: (node: Node) => boolean): readonly string[] {
  const found = [...model.graph.nodes].filter((node) => may(node) && isLoose(node, inference));
  if (found.length === 0) return [];
  return model.graph.edit("quantize/form-convolutions", (edit) => found.map((node) => rewrite(edit, node, inference)));
}

function isLoose(node: Node, inference: Inference): boolean {
  const [data, ...parameters] = node.inputs;
  if (node.op !== "onnx.BatchNormalization" || data === undefined || producerOf(data) === undefined) return false;
  if (intAttr(node, "training_mode", 0) !== 0 || node.outputs.length > 1) return false;
  if (dtypeOf(inference.type(data)) !== "float32" || (shapeOf(inference.type(data))?.length ?? 0) < 3) return false;
  return parameters.every((value) => value?.origin.kind === "constant") && leadsToConvolution(node);
}

function leadsToConvolution(node: Node): boolean {
  return node.outputs.some((output) =>
    consumersOf(output).some(
      (next) => next.op === "onnx.Conv" || (next.op === "onnx.Relu" && leadsToConvolution(next)),
    ),
  );
}

function rewrite(edit: Edit, node: Node, inference: Inference): string {
  const result = node.outputs[0]!;
  const parameters = node.inputs.slice(1);
  const [scale, shift, mean, variance] = parameters.map((value) =>
    value?.origin.kind === "constant" ? numbers(value.origin.tensor) : new Float64Array(),
  );
  const epsilon = floatAttr(node, "epsilon", 1e-5);
  const weight = scale!.map((s, i) => s / Math.sqrt(variance![i]! + epsilon));
  const bias = shift!.map((b, i) => b - mean![i]! * weight[i]!);
  const channels = weight.length;
  const places = shapeOf(inference.type(node.inputs[0]!))!.length - 2;
  const shape = [channels, 1, ...new Array<number>(places).fill(1)];
  const made = edit.node(
    "onnx.Conv",
    [
      node.inputs[0],
      edit.constant(`${result.name}_weight`, tensorOf("float32", shape, weight)),
      edit.constant(`${result.name}_bias`, tensorOf("float32", [channels], bias)),
    ],
    {
      attrs: attrsOf({ group: attr.int(channels), kernel_shape: attr.ints(shape.slice(2)) }),
      name: node.name,
      outputs: [`${result.name}_normalized`],
      before: node,
    },
  ).outputs[0]!;
  edit.replaceUses(result, made);
  edit.remove(node);
  for (const value of new Set(parameters))
    if (value?.origin.kind === "constant" && value.uses.size === 0) edit.removeConstant(value);
  return made.name;
}
