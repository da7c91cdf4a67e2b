/**
 * A Slice of a Slice is one Slice where their parameters are known: other axes side by side, the same axis composed where
 * both step by 1. A Slice that takes exactly some inputs of a Concat reads those instead.
 */
import { attr, type Dim, intAttr, type Node, type Value } from "@pare/ir";
import { addDims, axisIndex, equalDims } from "@pare/ops";
import { bypass, servesOnly } from "./bypass.ts";
import { bytesFreedBy } from "./freed.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";
import { becomeSlice, bytesOfParts, rangeOf, type SlicePart, slicePartsOf } from "./slices.ts";

const mergePair: Rule = {
  ops: ["onnx.Slice"],
  apply(node, scene) {
    const origin = node.inputs[0]?.origin;
    const inner = origin?.kind === "output" && origin.node.op === "onnx.Slice" ? origin.node : undefined;
    const source = inner?.inputs[0];
    if (inner === undefined || source === undefined || inner.graph !== node.graph) return false;
    if (!servesOnly(inner.outputs[0]!, (reader) => reader.op === node.op)) return false;
    const first = slicePartsOf(inner, scene);
    const second = slicePartsOf(node, scene);
    const merged = first && second && composed(first, second, scene.shape(source));
    if (merged === undefined) return false;
    if (!scene.ledger.affords(bytesOfParts(merged, node, scene) - bytesFreedBy(node, [source]))) return false;
    return scene.rewrite(node, "merged a Slice with the one before it", (edit) => {
      const orphans = node.inputs;
      becomeSlice(edit, node, merged, source, scene);
      return orphans;
    });
  },
};

/** `first`, then `second`, as one; undefined where they meet on an axis in a way that one part cannot say. */
function composed(
  first: readonly SlicePart[],
  second: readonly SlicePart[],
  shape: readonly Dim[] | undefined,
): readonly SlicePart[] | undefined {
  const parts = new Map(first.map((part) => [part.axis, part]));
  if (parts.size < first.length) return undefined;
  for (const part of second) {
    const before = parts.get(part.axis);
    if (before === undefined) {
      parts.set(part.axis, part);
      continue;
    }
    const outer = rangeOf(before, shape?.[part.axis]);
    const length = outer && (typeof outer.end === "number" ? outer.end - outer.start : undefined);
    const inner = outer && rangeOf(part, length ?? "rest");
    if (outer === undefined || inner === undefined) return undefined;
    const end = typeof inner.end === "number" ? outer.start + inner.end : before.end;
    parts.set(part.axis, { axis: part.axis, start: outer.start + inner.start, end, step: 1 });
  }
  return [...parts.values()].sort((a, b) => a.axis - b.axis);
}

const readPartOfConcat: Rule = {
  ops: ["onnx.Slice"],
  apply(node, scene) {
    const source = node.inputs[0];
    const concat =
      source?.origin.kind === "output" && source.origin.node.op === "onnx.Concat" ? source.origin.node : undefined;
    const shape = scene.shape(source);
    const parts = slicePartsOf(node, scene);
    if (concat === undefined || concat.graph !== node.graph || parts?.length !== 1 || shape === undefined) return false;
    const axis = axisIndex(intAttr(concat, "axis", 0), shape.length);
    const [part] = parts;
    const range = part!.axis === axis ? rangeOf(part!, shape[axis]) : undefined;
    const covered = range && coveredInputs(concat, axis!, range, scene);
    if (covered === undefined || covered.length === 0) return false;
    if (covered.length === 1)
      return bypass(node, covered[0], scene, "let the users of a Slice read the input of the Concat that it takes");
    if (covered.length === concat.inputs.length || source!.uses.size > 1) return false;
    return scene.rewrite(node, "made a Slice of a Concat a Concat of fewer", (edit) => {
      const orphans = node.inputs;
      edit.setOp(node, "onnx.Concat");
      edit.setAttrs(node, new Map([["axis", attr.int(axis!)]]));
      edit.setInputs(node, covered);
      return orphans;
    });
  },
};

/** The inputs of the Concat that the range holds whole; undefined where it cuts one. */
function coveredInputs(
  concat: Node,
  axis: number,
  range: { start: number; end: Dim },
  scene: Scene,
): readonly Value[] | undefined {
  const covered: Value[] = [];
  let at: Dim = 0;
  let inside = false;
  for (const input of concat.inputs) {
    const size = scene.shape(input)?.[axis];
    if (input === undefined || size === undefined) return undefined;
    if (equalDims(at, range.start) === true) inside = true;
    if (inside && equalDims(at, range.end) === true) return covered;
    if (inside) covered.push(input);
    else if (typeof at !== "number" || (typeof size === "number" && at + size > range.start)) return undefined;
    at = addDims(at, size);
  }
  return inside && equalDims(at, range.end) === true ? covered : undefined;
}

export const mergeSlices: Rewriting = {
  name: "simplify/merge-slices",
  summary: "Merge a Slice with the Slice or Concat that it reads",
  promise: "exact",
  rules: [mergePair, readPartOfConcat],
};
