import { attr, attrsOf, type Dim, type Edit, intsAttr, type Node, type Value } from "@pare/ir";
import { axisIndex, equalDims } from "@pare/ops";
import type { Scene } from "./scene.ts";

/** What a Slice takes, axis by axis, as it is written: ends beyond the axis and negative places are not resolved. */
export interface SlicePart {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The parts of a Slice whose parameters are known; axes are counted from the front. */
export function slicePartsOf(node: Node, scene: Scene): readonly SlicePart[] | undefined {
  const rank = scene.rank(node.inputs[0]);
  const old = scene.opset(node) < 10;
  const parameter = (name: string, slot: number) =>
    old ? intsAttr(node, name) : node.inputs[slot] === undefined ? undefined : scene.ints(node.inputs[slot]);
  const starts = parameter("starts", 1);
  const ends = parameter("ends", 2);
  const isGiven = (slot: number) => !old && node.inputs[slot] !== undefined;
  const axes = parameter("axes", 3) ?? (isGiven(3) ? undefined : starts?.map((_, i) => i));
  const steps = old ? undefined : parameter("steps", 4);
  if (starts === undefined || ends === undefined || axes === undefined || rank === undefined) return undefined;
  if (isGiven(4) && steps === undefined) return undefined;
  const parts: SlicePart[] = [];
  for (const [i, start] of starts.entries()) {
    const axis = axisIndex(axes[i]!, rank);
    if (axis === undefined) return undefined;
    parts.push({ axis, start, end: ends[i]!, step: steps?.[i] ?? 1 });
  }
  return parts;
}

/** From where to where a part goes on an axis of this size, for steps of 1; undefined where that depends on a symbol. */
export function rangeOf(part: SlicePart, size: Dim): { start: number; end: Dim } | undefined {
  if (part.step !== 1) return undefined;
  if (typeof size === "number") {
    const place = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    return { start: place(part.start), end: Math.max(place(part.start), place(part.end)) };
  }
  const toEnd = part.end >= Number.MAX_SAFE_INTEGER || part.end === 2 ** 31 - 1;
  return part.start >= 0 && toEnd ? { start: part.start, end: size } : undefined;
}

export function bytesOfParts(parts: readonly SlicePart[], node: Node, scene: Scene): number {
  if (scene.opset(node) < 10) return 0;
  return parametersOf(parts).reduce((sum, values) => sum + scene.intsBytes(values), 0);
}

/** Makes a Slice take these parts of `from`. Its output stays the value that it is. */
export function becomeSlice(edit: Edit, node: Node, parts: readonly SlicePart[], from: Value, scene: Scene): void {
  const [starts, ends, axes, steps] = parametersOf(parts) as [number[], number[], number[], number[] | undefined];
  if (scene.opset(node) < 10) {
    edit.setAttrs(node, attrsOf({ starts: attr.ints(starts), ends: attr.ints(ends), axes: attr.ints(axes) }));
    edit.setInputs(node, [from]);
    return;
  }
  const name = node.outputs[0]!.name;
  const constants = [starts, ends, axes, ...(steps === undefined ? [] : [steps])].map((values, i) =>
    scene.intsConstant(edit, `${name}_${["starts", "ends", "axes", "steps"][i]}`, values),
  );
  edit.setInputs(node, [from, ...constants]);
}

function parametersOf(parts: readonly SlicePart[]): number[][] {
  const steps = parts.map((part) => part.step);
  return [
    parts.map((part) => part.start),
    parts.map((part) => part.end),
    parts.map((part) => part.axis),
    ...(steps.every((step) => step === 1) ? [] : [steps]),
  ];
}

export function isSameSize(a: Dim, b: Dim): boolean {
  return equalDims(a, b) === true;
}
