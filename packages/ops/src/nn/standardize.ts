/**
 * Standardized elements x̂ = (x − mean)·inverse deviation, and the gradient through mean and deviation. All normalizations
 * are this, over axes of their own, and a scale and bias behind it.
 */
import { attr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext } from "../gradient/rule.ts";

export interface Standardized {
  /** x̂, with the shape of x. */
  readonly value: Value;
  /** 1/√(variance + epsilon), with size 1 along `axes`. */
  readonly inverse: Value;
  readonly axes: readonly number[];
  /** False where the mean was not taken off. */
  readonly centred: boolean;
}

export interface Standardization {
  readonly x: Value;
  readonly shape: readonly number[];
  /** All axes from here on are taken together. */
  readonly axis: number;
  readonly epsilon: number;
}

/** By mean and variance. */
export function standardize(context: GradientContext, options: Standardization): Standardized {
  const { x, shape, axis, epsilon } = options;
  const f = formulas(context.make);
  const axes = axesFrom(axis, shape.length);
  if (context.formulation === "cpu") return { ...standardizeInOne(context, options), axes, centred: true };
  const distance = f.sub(x, f.mean(x, axes));
  const inverse = inverseRoot(f, f.mean(f.square(distance), axes), epsilon);
  return { value: f.mul(distance, inverse), inverse, axes, centred: true };
}

/** LayerNormalization of ONNX Runtime's CPU provider gives x̂ and the inverse deviation in one pass. */
function standardizeInOne({ make }: GradientContext, { x, shape, axis, epsilon }: Standardization) {
  const normalized = shape.slice(axis);
  const ones = make.floats(new Float32Array(elementCount(normalized)).fill(1), normalized);
  const attrs = { axis: attr.int(axis), epsilon: attr.float(epsilon) };
  const [value, , inverse] = make.ops("LayerNormalization", [x, ones], 3, attrs);
  return { value: value!, inverse: inverse! };
}

/** By the root of the mean square (Zhang and Sennrich, 2019). */
export function standardizeByRootMeanSquare(f: Formulas, options: Standardization): Standardized {
  const { x, shape, axis, epsilon } = options;
  const axes = axesFrom(axis, shape.length);
  const inverse = inverseRoot(f, f.mean(f.square(x), axes), epsilon);
  return { value: f.mul(x, inverse), inverse, axes, centred: false };
}

function inverseRoot(f: Formulas, square: Value, epsilon: number): Value {
  return f.of("Reciprocal", f.of("Sqrt", f.add(square, epsilon)));
}

function axesFrom(axis: number, rank: number): readonly number[] {
  return Array.from({ length: rank - axis }, (_, i) => axis + i);
}

/**
 * ∂loss/∂x from g = ∂loss/∂x̂: inverse·(g − mean(g) − x̂·mean(g·x̂)), the first mean only where x was centred
 * (Ba, Kiros and Hinton, 2016).
 */
export function throughStandardization(f: Formulas, { value, inverse, axes, centred }: Standardized, g: Value): Value {
  const along = f.mul(value, f.mean(f.mul(g, value), axes));
  const level = centred ? f.sub(g, f.mean(g, axes)) : g;
  return f.mul(f.sub(level, along), inverse);
}
