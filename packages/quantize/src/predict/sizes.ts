import type { Dim, Model, Value } from "@pare/ir";
import { type Inference, inferTypes, shapeOf } from "@pare/ops";
import { likelySizes } from "@pare/pass";

/** `inference` where all inputs have sizes, else what follows from usual ones (batch 1, 128 tokens, 224 · 224 pixels). */
export function withUsualSizes(model: Model, inference: Inference): Inference {
  const shapes = new Map<string, readonly Dim[]>();
  const chosen = new Map<string, number>();
  for (const input of model.graph.inputs) {
    const shape = shapeOf(inference.type(input));
    if (shape?.some((dim) => typeof dim !== "number")) shapes.set(input.name, sized(input, shape, chosen));
  }
  return shapes.size === 0 ? inference : inferTypes(model, { inputShapes: shapes });
}

/** The same symbol has the same size everywhere. */
function sized({ name }: Value, shape: readonly Dim[], chosen: Map<string, number>): readonly number[] {
  return shape.map((dim, axis) => {
    if (typeof dim === "number") return dim;
    const symbol = dim ?? `${name} ${axis}`;
    const size = chosen.get(symbol) ?? likelySizes[0]!(symbol, axis, shape.length);
    chosen.set(symbol, size);
    return size;
  });
}
