import { type Model, type Node, producerOf } from "@pare/ir";
import { numbers, type Tensor } from "@pare/tensor";
import { codeRange, quantTypes } from "../affine.ts";
import type { Affine, Placement, QuantType } from "../contract.ts";
import { gridOf } from "../qdq/pairs.ts";
import type { Ranges } from "../qdq/write.ts";

/** The real numbers that the codes of one value reach. */
export interface ActivationGrid {
  /** The value's name. */
  readonly value: string;
  readonly low: number;
  readonly high: number;
  /** Distance of two neighbouring codes. */
  readonly scale: number;
}

/** Of a placement that is not written yet: one for each value that is observed. */
export function placedGrids({ activations }: Placement, ranges: Ranges): readonly ActivationGrid[] {
  return activations.flatMap((point) => {
    const affine = gridOf(point, ranges);
    return point.observe.map(({ name }) => gridFrom(name, affine, point.spec.type));
  });
}

/** Of a quantized model: one for each value that a QuantizeLinear with constant parameters reads. */
export function storedGrids({ graph }: Model): readonly ActivationGrid[] {
  return [...graph.nodes].flatMap((node) => {
    const [value, scales, zeroPoints] = node.inputs;
    if (node.op !== "onnx.QuantizeLinear" || value === undefined || value.origin.kind === "constant") return [];
    const [scale, zeroPoint] = [constantOf(scales), constantOf(zeroPoints)];
    if (scale === undefined || numbers(scale).length !== 1) return [];
    const type = typeOf(zeroPoint);
    if (type === undefined) return [];
    return [gridFrom(value.name, { scale: numbers(scale)[0]!, zeroPoint: zeroOf(zeroPoint) }, type)];
  });
}

function gridFrom(value: string, { scale, zeroPoint }: Affine, type: QuantType): ActivationGrid {
  const { lowest, highest } = codeRange(type, { symmetric: false });
  return { value, low: (lowest - zeroPoint) * scale, high: (highest - zeroPoint) * scale, scale };
}

const zeroOf = (zeroPoint: Tensor | undefined) => (zeroPoint === undefined ? 0 : numbers(zeroPoint)[0]!);

function typeOf(zeroPoint: Tensor | undefined): QuantType | undefined {
  const dtype = zeroPoint?.dtype ?? "uint8";
  return Object.keys(quantTypes).find((type): type is QuantType => type === dtype);
}

function constantOf(value: Node["inputs"][number]): Tensor | undefined {
  return value?.origin.kind === "constant" ? value.origin.tensor : undefined;
}

/** Whether a model has been quantized already: values behind QuantizeLinear, or integer operators. */
export function isQuantized({ graph }: Model): boolean {
  return [...graph.nodes].some(
    ({ op, type, inputs }) =>
      type.startsWith("QLinear") ||
      (op === "onnx.DequantizeLinear" && (inputs[0]?.origin.kind === "constant" || isCoded(inputs[0]))),
  );
}

function isCoded(value: Node["inputs"][number]): boolean {
  return producerOf(value)?.op === "onnx.QuantizeLinear";
}
