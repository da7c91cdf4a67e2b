/**
 * A product whose data become integer when the model runs: DynamicQuantizeLinear → MatMulInteger → Cast → Mul by both
 * scales, and Add of a bias where there is one. ONNX Runtime makes one kernel of it: DynamicQuantizeMatMul where nothing
 * else reads the quantized data, else MatMulIntegerToFloat, and the quantizing stays a node of its own.
 */
import { type Model, type Node, onlyConsumer, producerOf, type Value } from "@pare/ir";
import { constantTensor } from "./grids.ts";
import type { Verdict } from "./selectors.ts";

/** The verdict on the product and on all that goes into its kernel. */
export function dynamicProducts({ graph }: Model): ReadonlyMap<Node, Verdict> {
  const verdicts = new Map<Node, Verdict>();
  for (const node of graph.nodes) {
    const chain = node.op === "onnx.MatMulInteger" ? chainOf(node) : [];
    const [cast, scaled, bias] = chain;
    if (cast === undefined || scaled === undefined) continue;
    const scales = scaled.inputs.map(producerOf).find((producer) => producer?.op === "onnx.Mul");
    if (scales === undefined || onlyConsumer(scales.outputs[0]!) !== scaled) continue;
    const quantize = producerOf(node.inputs[0]);
    const isOwn = quantize?.op === "onnx.DynamicQuantizeLinear" && onlyConsumer(quantize.outputs[0]!) === node;
    const kernel = isOwn ? "DynamicQuantizeMatMul" : "MatMulIntegerToFloat";
    verdicts.set(node, { kind: "integer", kernel });
    const taken = [cast, scaled, bias, scales, isOwn ? quantize : undefined];
    for (const each of taken) if (each !== undefined) verdicts.set(each, { kind: "moved", kernel });
  }
  return verdicts;
}

/** Cast, Mul and, where there is one, the Add of a vector: what the kernel takes in behind the product. */
export function chainOf(product: Node): readonly Node[] {
  const cast = next(product, "onnx.Cast");
  const scaled = cast && next(cast, "onnx.Mul");
  const bias = scaled && next(scaled, "onnx.Add");
  return [cast, scaled, bias?.inputs.some(isVector) ? bias : undefined].filter((node) => node !== undefined);
}

function next(node: Node, op: string): Node | undefined {
  const reader = node.outputs[0] && onlyConsumer(node.outputs[0]);
  return reader?.op === op ? reader : undefined;
}

function isVector(value: Value | undefined): boolean {
  const producer = producerOf(value);
  return producer?.op === "onnx.Identity" ? isVector(producer.inputs[0]) : constantTensor(value)?.shape.length === 1;
}
