/**
 * What a fake-quantized model has learned, put into the quantized model that it was made of: the same graph, so that
 * placement, prediction and proof stay as they were.
 */
import type { Edit, Model, Node } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { numbers, type Tensor, tensorOf } from "@pare/tensor";
import { setConstants } from "../step/materialize.ts";
import {
  type CodeLimits,
  codeLimits,
  codesOf,
  dequantize,
  factorsOf,
  isBias,
  isStored,
  limitsOf,
  quantize,
} from "./codes.ts";
import type { FakeQuantized } from "./fake-quantized.ts";
import { exponentials } from "./scales.ts";

/**
 * What stayed in float as it is; scales, then weights as codes at them, then biases as codes at the products of the scales
 * before them.
 * @param learned by the names of the fake-quantized model's constants
 */
export function storeLearned(quantized: Model, fake: FakeQuantized, learned: Tensors, limits?: CodeLimits): void {
  setConstants(quantized, new Map([...learned].filter(([name]) => quantized.graph.value(name) !== undefined)));
  quantized.graph.edit("quantize/qat", (edit) => {
    const nodes = [...quantized.graph.nodes].filter(({ op }) => op === "onnx.DequantizeLinear");
    const floats = new Map(nodes.filter(isStored).map((node) => [node, floatOf(node, fake, learned)] as const));
    storeScales(edit, quantized, fake, learned);
    for (const node of nodes) followPair(edit, node);
    for (const [node, real] of floats)
      if (isBias(node)) storeBias(edit, node, real);
      else edit.setConstant(node.inputs[0]!, quantize(node, real, scalesOf(node), codeLimits(node, limits)));
  });
}

/** Trained or not: what the fake-quantized model has in place of the codes. */
function floatOf(node: Node, { model, floats }: FakeQuantized, learned: Tensors): Tensor {
  const name = floats.get(node.inputs[0]!.name) ?? "";
  return learned.get(name) ?? constantOf(model, name) ?? dequantize(node);
}

function storeScales(edit: Edit, { graph }: Model, { model, logarithms }: FakeQuantized, learned: Tensors): void {
  for (const [name, logarithm] of logarithms) {
    const logs = learned.get(logarithm) ?? constantOf(model, logarithm);
    if (logs !== undefined) edit.setConstant(graph.value(name)!, exponentials(logs));
  }
}

function constantOf({ graph }: Model, name: string): Tensor | undefined {
  const origin = graph.value(name)?.origin;
  return origin?.kind === "constant" ? origin.tensor : undefined;
}

/** A DequantizeLinear with its pair's scale repeated for each channel. */
function followPair(edit: Edit, node: Node): void {
  const codes = node.inputs[0]!;
  if (codes.origin.kind !== "output" || node.inputs[1] === codes.origin.node.inputs[1]) return;
  const [scale] = scalesOf(codes.origin.node);
  const own = node.inputs[1]!;
  if (own.origin.kind !== "constant") return;
  const { shape } = own.origin.tensor;
  edit.setConstant(
    own,
    tensorOf(
      "float32",
      shape,
      scalesOf(node).map(() => scale!),
    ),
  );
}

function storeBias(edit: Edit, node: Node, real: Tensor): void {
  const factors = factorsOf(node);
  if (factors === undefined) return;
  const [data, weight] = factors;
  const [dataScale] = scalesOf(data);
  const scales = scalesOf(weight).map((scale) => Math.fround(dataScale! * scale));
  const codes = edit.constant(node.inputs[0]!.name, quantize(node, real, scales, limitsOf(codesOf(node)!)));
  const scale = edit.constant(
    node.inputs[1]!.name,
    tensorOf("float32", scales.length === 1 ? [] : [scales.length], scales),
  );
  const [formerCodes, formerScale, ...zeroPoint] = node.inputs;
  edit.setInputs(node, [codes, scale, ...zeroPoint]);
  for (const former of [formerCodes!, formerScale!]) if (former.uses.size === 0) edit.removeConstant(former);
}

function scalesOf({ inputs }: Node): readonly number[] {
  const origin = inputs[1]?.origin;
  return origin?.kind === "constant" ? [...numbers(origin.tensor)] : [];
}
