import type { Dim, ValueType } from "@pare/ir";
import { declaredDim, equalDims, isDeclarable, substituteDim } from "../dims.ts";

/** What a file says of a value, in our terms: canonical sizes, symbols that the caller fixed replaced. */
export function declaredType(
  type: ValueType | undefined,
  sizes: ReadonlyMap<string, number | string>,
): ValueType | undefined {
  if (type?.kind !== "tensor" && type?.kind !== "sparse-tensor") return type;
  return { ...type, shape: type.shape?.map((dim) => declaredSize(dim, sizes)) };
}

function declaredSize(dim: Dim, sizes: ReadonlyMap<string, number | string>): Dim {
  const size = declaredDim(dim);
  return sizes.size === 0 ? size : substituteDim(size, sizes);
}

/**
 * One type from what a rule inferred and what the file declares. Rules:
 * 1. What was inferred wins over what was declared, wherever it says something.
 * 2. A declared number wins over a symbol that inference made up, for it cannot know better; not over an expression of
 *    named sizes, which holds for every size while the number may be a leftover from one of them.
 */
export function settle(inferred: ValueType | undefined, declared: ValueType | undefined): ValueType | undefined {
  if (inferred === undefined) return declared;
  if (declared === undefined) return inferred;
  if (inferred.kind === "tensor" && (declared.kind === "tensor" || declared.kind === "sparse-tensor")) {
    const dtype = inferred.dtype ?? declared.dtype;
    return { kind: "tensor", dtype, shape: settleShape(inferred.shape, declared.shape) };
  }
  if (inferred.kind === "sequence" && declared.kind === "sequence")
    return { kind: "sequence", element: settle(inferred.element, declared.element) };
  if (inferred.kind === "optional" && declared.kind === "optional")
    return { kind: "optional", element: settle(inferred.element, declared.element) };
  return inferred;
}

function settleShape(
  inferred: readonly Dim[] | undefined,
  declared: readonly Dim[] | undefined,
): readonly Dim[] | undefined {
  if (inferred === undefined) return declared;
  if (declared?.length !== inferred.length) return inferred;
  return inferred.map((dim, axis) => {
    if (typeof dim === "number") return dim;
    const said = declared[axis];
    if (dim === undefined) return said;
    return typeof said === "number" && !isDeclarable(dim) ? said : dim;
  });
}

/** Whether no tensor can have both types. */
export function contradict(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const tensors = (type: ValueType) => (type.kind === "tensor" || type.kind === "sparse-tensor" ? type : undefined);
  const x = tensors(a);
  const y = tensors(b);
  if (x === undefined || y === undefined) return a.kind !== b.kind;
  if (x.dtype !== undefined && y.dtype !== undefined && x.dtype !== y.dtype) return true;
  if (x.shape === undefined || y.shape === undefined) return false;
  const other = y.shape;
  return x.shape.length !== other.length || x.shape.some((dim, axis) => equalDims(dim, other[axis]) === false);
}

/** Every size that is not known gets a name of its own. */
export function nameUnknown(type: ValueType | undefined, fresh: () => Dim): ValueType | undefined {
  if (type?.kind !== "tensor" || type.shape === undefined || !type.shape.includes(undefined)) return type;
  return { ...type, shape: type.shape.map((dim) => dim ?? fresh()) };
}
