import type { Graph, Value } from "@pare/ir";
import { type Inference, shapeOf } from "@pare/ops";

/**
 * The last value of each size of pictures, from the largest depth of one to the other: what a stage hands on. Values of
 * rank 4 with more than one place, in the order of the graph.
 */
export function stageEnds(graph: Graph, inference: Inference): ReadonlyMap<string, Value> {
  const ends = new Map<string, Value>();
  for (const node of graph.nodes)
    for (const output of node.outputs) {
      const shape = shapeOf(inference.type(output));
      const [height, width] = shape?.slice(2) ?? [];
      if (shape?.length !== 4 || typeof height !== "number" || typeof width !== "number" || height * width <= 1)
        continue;
      const size = `${height}×${width}`;
      ends.delete(size);
      ends.set(size, output);
    }
  return ends;
}

/** Pairs of values of equal size, in the student's order of depth. */
export function pairStages(
  student: ReadonlyMap<string, Value>,
  teacher: ReadonlyMap<string, Value>,
): readonly (readonly [student: string, teacher: string])[] {
  return [...student].flatMap(([size, value]) => {
    const other = teacher.get(size);
    return other === undefined ? [] : [[value.name, other.name] as const];
  });
}
