import type { Value } from "@pare/ir";
import { type Inference, shapeOf } from "@pare/ops";
import { unknownSizesError } from "../errors.ts";

/** The shape of a value whose sizes are all numbers. @throws TRAIN_SHAPE */
export function sizesOf(inference: Inference, value: Value): readonly number[] {
  const shape = shapeOf(inference.type(value));
  if (shape?.every((size) => typeof size === "number")) return shape;
  throw unknownSizesError(value.name, shape === undefined ? "unknown rank" : `[${shape.join(", ")}]`);
}
