/**
 * Which grids a node stands between, after ONNX Runtime has handed pairs of Q and DQ on through operators that only
 * move bytes: a DQ in front of them goes behind them too, a Q behind them in front.
 */
import type { Model, Node, Use, Value } from "@pare/ir";
import { isGraphOutput, producerOf } from "@pare/ir";
import type { Inference } from "@pare/ops";
import { type Grid, gridOf, isDequantize, isQuantize } from "./grids.ts";

export interface Neighbours {
  readonly inference: Inference;
  readonly opset: number;
  /** By input slot: the grid that it is dequantized from. */
  dequantized(node: Node): ReadonlyMap<number, Grid>;
  /** Who reads the results: a grid for each Q, undefined for everybody else (the graph's outputs too). */
  readers(node: Node): readonly (Grid | undefined)[];
}

const handedThrough = new Set(["MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice"]);

export function neighboursOf(model: Model, inference: Inference): Neighbours {
  const opset = model.opsets.get("onnx") ?? 1;
  const handsOn = (node: Node | undefined): node is Node =>
    node?.domain === "onnx" && handedThrough.has(node.type) && (node.type !== "MaxPool" || opset >= 12);

  const gridBefore = (value: Value | undefined): Grid | undefined => {
    const producer = producerOf(value);
    if (producer === undefined || value === undefined) return undefined;
    if (isDequantize(producer)) return gridOf(producer, inference);
    if (!handsOn(producer) || value !== producer.outputs[0] || isReadAndGiven(value)) return undefined;
    const grid = gridBefore(producer.inputs[0]);
    return grid?.scale !== undefined && grid.zeroPoint !== undefined ? grid : undefined;
  };

  const gridBehind = (value: Value, use: Use): Grid | undefined => {
    if (use.kind === "output") return undefined;
    const reader = use.node;
    if (isQuantize(reader) && use.slot === 0) return gridOf(reader, inference);
    if (!handsOn(reader) || use.slot !== 0 || value.uses.size !== 1) return undefined;
    const result = reader.outputs[0];
    const [next, ...others] = result?.uses ?? [];
    if (result === undefined || next === undefined || others.length > 0) return undefined;
    const grid = gridBehind(result, next);
    return grid?.scale !== undefined && grid.zeroPoint !== undefined ? grid : undefined;
  };

  /** What moves a DQ's codes on is followed by a Q of the same grid wherever it is read. */
  const readers = (node: Node) => {
    const before = handsOn(node) ? gridBefore(node.inputs[0]) : undefined;
    const given = node.outputs[0];
    const isHandedOn = before?.scale !== undefined && given !== undefined && !isReadAndGiven(given);
    const found = node.outputs.flatMap((value) => [...value.uses].map((use) => gridBehind(value, use)));
    if (!isHandedOn || found.some((grid) => grid !== undefined)) return found;
    return [before];
  };

  return {
    inference,
    opset,
    dequantized: (node) => {
      const grids = node.inputs.map((value, slot) => [slot, beforeOrHandedBack(value, node)] as const);
      return new Map(grids.filter((pair): pair is [number, Grid] => pair[1] !== undefined));
    },
    readers,
  };

  function beforeOrHandedBack(value: Value | undefined, node: Node): Grid | undefined {
    const grid = gridBefore(value);
    if (grid !== undefined || value === undefined || !handsOn(node) || value !== node.inputs[0]) return grid;
    const [use, ...others] = value.uses;
    return use === undefined || others.length > 0 ? undefined : gridBehind(value, use);
  }
}

/** An output of the graph that nodes read as well. */
function isReadAndGiven(value: Value): boolean {
  return isGraphOutput(value) && value.uses.size > 1;
}
