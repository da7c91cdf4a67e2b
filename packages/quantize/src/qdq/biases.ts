import { attr, withAttrs } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { roundHalfEven } from "../affine.ts";
import type { BiasPoint } from "../contract.ts";
import { dataScale, weightPointOf } from "./bias-codes.ts";
import { dequantized } from "./pairs.ts";
import type { Writing } from "./write.ts";

/** Makes every bias int32. One that several nodes share becomes one for each, because the scales differ. */
export function writeBiases(writing: Writing): void {
  for (const point of writing.placement.biases) writeBias(writing, point);
}

function writeBias(writing: Writing, point: BiasPoint): void {
  const { edit, placement, weightScales } = writing;
  const { value, node, slot, factor } = point;
  const data = dataScale(writing, point);
  const weight = weightPointOf(placement.weights, point.weight, node);
  const weightScale = weight && weightScales.get(weight);
  if (value.origin.kind !== "constant" || data === undefined || weightScale === undefined) return;
  const real = numbers(value.origin.tensor);
  const scales = Float32Array.from(weightScale, (scale) => Math.fround(data) * Math.fround(scale));
  const codes = real.map((b, i) => clampToInt32(roundHalfEven((b * factor) / scales[Math.min(i, scales.length - 1)]!)));
  const isPerTensor = scales.length === 1;
  const made = dequantized(writing, value, {
    codes: tensorOf("int32", value.origin.tensor.shape, codes),
    scales: tensorOf("float32", isPerTensor ? [] : [scales.length], scales),
    axis: isPerTensor ? undefined : value.origin.tensor.shape.length - 1,
  });
  edit.setInputs(node, node.inputs.with(slot, made.outputs[0]!));
  if (factor !== 1) edit.setAttrs(node, withAttrs(node.attrs, { beta: attr.float(1) }));
  if (value.uses.size === 0) edit.removeConstant(value);
}

const clampToInt32 = (x: number) => Math.min(Math.max(x, -(2 ** 31)), 2 ** 31 - 1);
