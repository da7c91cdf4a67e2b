import type { Dim } from "@pare/ir";
import { broadcastDims } from "./dims.ts";

export type Shape = readonly Dim[];

/** Never below 0. Lists may be longer than a call takes arguments: a Sum of a damaged file has any number of inputs. */
export function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 0);
}

/** Numpy's rule: shapes are aligned at their last axes, [8,1,6] and [7,6] give [8,7,6]. Unknown if one of them is. */
export function broadcastShapes(shapes: readonly (Shape | undefined)[]): Dim[] | undefined {
  if (!shapes.every((shape) => shape !== undefined)) return undefined;
  const rank = largest(shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce<Dim>((size, shape) => {
      const at = axis - (rank - shape.length);
      return at < 0 ? size : broadcastDims(size, shape[at]);
    }, 1),
  );
}
