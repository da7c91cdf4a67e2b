/** Codes of DequantizeLinear nodes, as QuantizeLinear makes them (ONNX 21): float32 division, ties to the even code. */
import { intAttr, type Node, type Value } from "@pare/ir";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";

/** Inclusive. */
export interface CodeLimits {
  readonly lowest: number;
  readonly highest: number;
}

/** DequantizeLinear of the data and of the weights whose product a bias is added to: its scale is that of both. */
export function factorsOf(bias: Node): readonly [data: Node, weight: Node] | undefined {
  const user = [...bias.outputs[0]!.uses].find((use) => use.kind === "input")?.node;
  const [data, weight] = [user?.inputs[0], user?.inputs[1]].map(dequantizerOf);
  return data && weight && [data, weight];
}

function dequantizerOf(value: Value | undefined): Node | undefined {
  return value?.origin.kind === "output" && value.origin.node.op === "onnx.DequantizeLinear"
    ? value.origin.node
    : undefined;
}

/** Whether a node turns stored codes into floats. */
export function isStored(node: Node): boolean {
  return codesOf(node) !== undefined;
}

export function codesOf(node: Node): Tensor | undefined {
  return constantOf(node, 0);
}

function constantOf(node: Node, slot: number): Tensor | undefined {
  const origin = node.inputs[slot]?.origin;
  return origin?.kind === "constant" ? origin.tensor : undefined;
}

/** Which scale belongs to element i of a tensor: all the first, or that of the element's place on the axis. */
function scaleIndex(node: Node, shape: readonly number[], scales: number): (i: number) => number {
  if (scales === 1) return () => 0;
  const given = intAttr(node, "axis", 1);
  const axis = given < 0 ? given + shape.length : given;
  const inner = elementCount(shape.slice(axis + 1));
  return (i) => Math.floor(i / inner) % scales;
}

/** What the stored codes stand for: (code − zero point)·scale, float32. */
export function dequantize(node: Node): Tensor {
  const codes = codesOf(node)!;
  const scales = numbers(constantOf(node, 1)!);
  const zeroPoints = constantOf(node, 2) && numbers(constantOf(node, 2)!);
  const at = scaleIndex(node, codes.shape, scales.length);
  const real = numbers(codes).map((code, i) => (code - (zeroPoints?.[at(i)] ?? 0)) * scales[at(i)]!);
  return tensorOf("float32", codes.shape, real);
}

/** The nearest codes of real numbers, of the type and with the axis and zero points that the node's codes have. */
export function quantize(node: Node, real: Tensor, scales: ArrayLike<number>, limits: CodeLimits): Tensor {
  const { dtype } = codesOf(node)!;
  const zeroPoints = constantOf(node, 2) && numbers(constantOf(node, 2)!);
  const at = scaleIndex(node, real.shape, scales.length);
  const codes = numbers(real).map((element, i) => {
    const steps = Math.fround(Math.fround(element) / scales[at(i)]!);
    const code = roundHalfEven(steps) + (zeroPoints?.[at(i)] ?? 0);
    return Math.min(Math.max(code, limits.lowest), limits.highest);
  });
  return tensorOf(dtype, real.shape, codes);
}

/** To the nearest integer, ties to the even one; for magnitudes below 2^51. */
function roundHalfEven(value: number): number {
  const shift = 1.5 * 2 ** 52;
  return value + shift - shift;
}

/** All codes of a type. */
export function limitsOf({ dtype }: Tensor): CodeLimits {
  const bits = Number(/\d+$/.exec(dtype)![0]);
  return dtype.startsWith("u")
    ? { lowest: 0, highest: 2 ** bits - 1 }
    : { lowest: -(2 ** (bits - 1)), highest: 2 ** (bits - 1) - 1 };
}

/**
 * Codes that a node's may have: `fewer`, where they are a weight's: signed, with no zero point but 0. A constant that is
 * quantized as activations are (positions that are added) has all codes of its type.
 */
export function codeLimits(node: Node, fewer: CodeLimits | undefined): CodeLimits {
  const codes = codesOf(node)!;
  const zeroPoints = constantOf(node, 2);
  const isWeight =
    !codes.dtype.startsWith("u") && (zeroPoints === undefined || numbers(zeroPoints).every((z) => z === 0));
  return (isWeight ? fewer : undefined) ?? limitsOf(codes);
}

/** Of a bias the scale is a product, computed when its codes are. */
export function isBias(node: Node): boolean {
  return codesOf(node)?.dtype === "int32";
}
