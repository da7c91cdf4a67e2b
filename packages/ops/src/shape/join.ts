import type { Dim, ValueType } from "@pare/ir";
import type { Shape } from "../broadcast.ts";
import { equalDims, isDeclarable } from "../dims.ts";
import type { KnownInts } from "../spec.ts";

/** The best that is known of a size which all of these are: a number, else an expression of named sizes. */
export function agreedDim(sizes: readonly Dim[]): Dim {
  return (
    sizes.find((size) => typeof size === "number") ??
    sizes.find((size) => size !== undefined && isDeclarable(size)) ??
    sizes.find((size) => size !== undefined)
  );
}

/** What holds of a value that has one type or the other (the two branches of an If). */
export function joinTypes(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.kind === "tensor" && b.kind === "tensor")
    return { kind: "tensor", dtype: a.dtype === b.dtype ? a.dtype : undefined, shape: joinShapes(a.shape, b.shape) };
  if (a.kind === "sequence" && b.kind === "sequence")
    return { kind: "sequence", element: joinTypes(a.element, b.element) };
  if (a.kind === "optional" || b.kind === "optional") {
    const inner = (type: ValueType) => (type.kind === "optional" ? type.element : type);
    return { kind: "optional", element: joinTypes(inner(a), inner(b)) };
  }
  return a.kind === b.kind ? a : undefined;
}

function joinShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  return a.map((size, axis) => (equalDims(size, b[axis]) === true ? size : undefined));
}

export function joinKnown(a: KnownInts | undefined, b: KnownInts | undefined): KnownInts | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.shape.length !== b.shape.length || a.shape.some((size, axis) => size !== b.shape[axis])) return undefined;
  return {
    shape: a.shape,
    elements: a.elements.map((element, i) => (element === b.elements[i] ? element : undefined)),
  };
}
