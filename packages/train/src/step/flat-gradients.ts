import { attr, type Edit, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { elementCount } from "@pare/tensor";
import { maskOf, type ParameterVector } from "./parameter-vectors.ts";
import { type States, zeros } from "./states.ts";

/** The gradient of a vector, [n]: that of each view, flat, one behind the other; 0 where a mask says so. */
export function flatGradient(
  edit: Edit,
  make: NodeMaker,
  vector: ParameterVector,
  gradients: ReadonlyMap<Value, Value>,
): Value {
  const flat = vector.views.map((view, i) => {
    const size = elementCount(vector.group.members[i]!.tensor.shape);
    const gradient = gradients.get(view) ?? make.floats(new Float32Array(size));
    return make.op("Reshape", [gradient, make.ints([size])]);
  });
  const all = flat.length === 1 ? flat[0]! : make.op("Concat", flat, { axis: attr.int(0) });
  const mask = maskOf(vector.group);
  return mask === undefined ? all : make.op("Mul", [all, edit.constant("mask", mask)]);
}

/**
 * Sums the gradients of `batches` steps. In the last of them the gate of `states` opens and their mean is given; before
 * that, what there is so far, divided alike.
 */
export function accumulate(
  make: NodeMaker,
  states: States,
  gradients: ReadonlyMap<ParameterVector, Value>,
  batches: number,
): ReadonlyMap<ParameterVector, Value> {
  if (batches === 1) return gradients;
  const count = states.always("batches", zeros([]));
  const next = make.op("Add", [count.current, make.scalar(1)]);
  const full = make.op("GreaterOrEqual", [next, make.scalar(batches)]);
  count.next(make.op("Where", [full, make.scalar(0), next]));
  states.gate = full;
  return new Map(
    [...gradients].map(([vector, gradient]) => {
      const sum = states.always(`${vector.group.name}.gradient`, zeros([vector.elements]));
      const total = make.op("Add", [sum.current, gradient]);
      sum.next(make.op("Where", [full, make.scalar(0), total]));
      return [vector, make.op("Mul", [total, make.scalar(1 / batches)])];
    }),
  );
}

/** √Σg² over all vectors: a scalar. */
export function globalNorm(make: NodeMaker, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) =>
    make.op("ReduceSumSquare", [gradient, make.ints([0])], { keepdims: attr.int(0) }),
  );
  return make.op("Sqrt", [squares.reduce((left, right) => make.op("Add", [left, right]))]);
}

/** Scales gradients down to a norm of at most `limit`: by min(1, limit ÷ (norm + 1e-6)), PyTorch's form. */
export function clip(make: NodeMaker, gradients: readonly Value[], norm: Value, limit: number): readonly Value[] {
  const ratio = make.op("Div", [make.scalar(limit), make.op("Add", [norm, make.scalar(1e-6)])]);
  const factor = make.op("Min", [ratio, make.scalar(1)]);
  return gradients.map((gradient) => make.op("Mul", [gradient, factor]));
}
