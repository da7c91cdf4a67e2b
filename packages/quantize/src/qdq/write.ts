/**
 * Writes a placement into the graph as QuantizeLinear and DequantizeLinear (QDQ).
 *
 * 1. Relu and Clip nodes that a grid makes superfluous go; what they gave is their input, which the grid clips.
 * 2. A value with a grid gets one pair Q → DQ. Behind a float producer only integer consumers read the pair; behind an
 *    integer one everybody does, because the runtime fuses a producer only where nothing else reads its float output.
 * 3. A constant becomes codes behind a DequantizeLinear, and its float copy goes.
 * 4. A bias becomes int32 at the product of the scales before it. Where it would not fit, the weight's scale widens.
 * 5. What the model calls its outputs keeps their names.
 */
import type { Edit, Model, Node, Use, Value } from "@pare/ir";
import type { ActivationPoint, Affine, Placement, Range, WeightPoint } from "../contract.ts";
import { writeBiases } from "./biases.ts";
import { foldClips } from "./fold-clips.ts";
import { type GridConstants, type Grids, gridOf, pairBehind } from "./pairs.ts";
import { writeWeights } from "./weights.ts";

/** A range for every activation point without a fixed one. */
export type Ranges = ReadonlyMap<ActivationPoint, Range>;

export interface WrittenQdq {
  /** The grid of each quantized value, by its name in the model as it came. */
  readonly grids: ReadonlyMap<string, Affine>;
  /** Values whose weight scale was widened so that a bias fits 32 bits, by name. */
  readonly widened: readonly string[];
}

/** The state of one writing. */
export interface Writing {
  readonly edit: Edit;
  readonly placement: Placement;
  readonly constants: GridConstants;
  /** Scales that may serve at a point; undefined: all of the writing's. */
  readonly scalesAt: (point: ActivationPoint | WeightPoint) => GridConstants | undefined;
  /** What a value became when the Relu behind it went, or the value itself. */
  readonly current: (value: Value) => Value;
  readonly isInteger: (node: Node) => boolean;
  readonly grids: Grids;
  /** Filled as weights are written. */
  readonly weightScales: Map<WeightPoint, Float64Array>;
}

/** Whether equal scales are stored once, or each point has its own: then they can be learned. */
export type ScaleSharing = "equal" | "point";

/** @throws QUANTIZE_RANGE where a range is missing; the faults of weights that cannot be quantized */
export function writeQdq(
  model: Model,
  placement: Placement,
  ranges: Ranges,
  label = "quantize",
  sharing: ScaleSharing = "equal",
): WrittenQdq {
  const grids: Grids = new Map();
  const named = new Map<string, Affine>();
  const widened = model.graph.edit(label, (edit) => {
    const isInteger = integerTest(placement);
    const current = foldClips(edit, placement);
    const writing: Writing = {
      edit,
      placement,
      constants: new Map(),
      scalesAt: scalesBy(sharing),
      current,
      isInteger,
      grids,
      weightScales: new Map(),
    };
    for (const point of placement.activations) {
      const grid = gridOf(point, ranges);
      for (const value of point.values) {
        named.set(value.name, grid);
        grids.set(current(value), { affine: grid, point });
      }
    }
    const widened = writeWeights(writing);
    writeBiases(writing);
    for (const [value, { affine, point }] of grids)
      pairBehind({ ...writing, scales: writing.scalesAt(point) }, value, affine, point.spec, (use) =>
        readsPair(writing, value, use),
      );
    return widened;
  });
  return { grids: named, widened };
}

function scalesBy(sharing: ScaleSharing): Writing["scalesAt"] {
  const own = new Map<object, GridConstants>();
  return (point) => {
    if (sharing === "equal") return undefined;
    const scales: GridConstants = own.get(point) ?? new Map();
    own.set(point, scales);
    return scales;
  };
}

function integerTest({ decisions }: Placement): (node: Node) => boolean {
  return (node) => {
    const decision = decisions.get(node);
    return decision !== undefined && decision.kind !== "float";
  };
}

function readsPair({ isInteger }: Writing, { origin }: Value, use: Use): boolean {
  if (origin.kind === "output" && isInteger(origin.node)) return true;
  return use.kind === "input" && isInteger(use.node);
}
