import { type Dim, intsAttr, type Node } from "@pare/ir";
import { addDims, ceilDivDims, lowestOf, maxDims, minDims, subDims } from "../dims.ts";
import { numbersOf, reindex } from "../known.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { AxisLink, InferContext, KnownInts, OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType, unknownDims } from "../value-types.ts";
import { constantNumbers } from "./constant.ts";
import { sliceGradient } from "./slice-gradient.ts";

/** One sliced axis. Undefined where it is not known. */
interface Cut {
  readonly axis: number;
  readonly start: Dim;
  readonly end: Dim;
  readonly step: Dim;
}

export const slice: OpSpec = {
  op: "onnx.Slice",
  gradient: sliceGradient,
  roles: () => ["data", "param"],
  infer: (context) => {
    const shape = context.shape(0);
    const dtype = dtypeOf(context.type(0));
    if (shape === undefined) return [tensorType(dtype, undefined)];
    const cuts = cutsOf(context, shape.length);
    if (cuts === undefined) return [tensorType(dtype, unknownDims(shape.length))];
    return [
      tensorType(
        dtype,
        cuts.reduce((sizes, cut) => sizes.with(cut.axis, rangeOf(cut, sizes[cut.axis]).size), [...shape]),
      ),
    ];
  },
  axes: (node, shapeAt) => {
    const shape = inputShape(node, shapeAt, 0) ?? [];
    return shape.map((size, axis) => sliceLink(node, axis, size, shape.length));
  },
  propagate: (context) => {
    const known = context.ints(0);
    const cuts = known && cutsOf(context, known.shape.length);
    return [known && cuts && sliced(known, cuts)];
  },
};

/** Starts, ends and axes are attributes up to opset 9; inputs, with steps, since. Undefined: which axes is unknown. */
function cutsOf({ node, ints, shape }: InferContext, rank: number): readonly Cut[] | undefined {
  const starts = intsAttr(node, "starts") ?? ints(1)?.elements;
  const ends = intsAttr(node, "ends") ?? ints(2)?.elements;
  const steps = node.inputs[4] === undefined ? undefined : (ints(4)?.elements ?? []);
  const given = node.inputs[3] === undefined ? intsAttr(node, "axes") : (numbersOf(ints(3)) ?? "unknown");
  const count = starts?.length ?? ends?.length ?? shape(1)?.[0];
  if (given === "unknown" || (given === undefined && typeof count !== "number")) return undefined;
  const axes = given ?? unknownDims(Number(count)).map((_, axis) => axis);
  return axes.flatMap((axis, i) => {
    const at = axisIndex(axis, rank);
    return at === undefined
      ? []
      : [{ axis: at, start: starts?.[i], end: ends?.[i], step: steps === undefined ? 1 : steps[i] }];
  });
}

/** Where the cut begins, and how many elements it takes, of an axis of `size`. */
function rangeOf({ start, end, step }: Cut, size: Dim): { readonly first: Dim; readonly size: Dim } {
  if (typeof step !== "number" || step === 0) return { first: undefined, size: undefined };
  if (step > 0) {
    const first = clamped(start, size);
    return { first, size: maxDims(0, ceilDivDims(subDims(clamped(end, size), first), step)) };
  }
  const last = subDims(size, 1);
  const first = minDims(maxDims(0, fromEnd(start, size)), last);
  const stop =
    end !== undefined && typeof end === "number" && end <= -Number.MAX_SAFE_INTEGER
      ? -1
      : maxDims(-1, fromEnd(end, size));
  return { first, size: maxDims(0, ceilDivDims(subDims(first, minDims(stop, last)), -step)) };
}

function clamped(place: Dim, size: Dim): Dim {
  return minDims(maxDims(0, fromEnd(place, size)), size);
}

/** Negative places count from the end. A symbol that may be negative is unknown. */
function fromEnd(place: Dim, size: Dim): Dim {
  if (typeof place === "number") return place < 0 ? addDims(size, place) : place;
  return lowestOf(place) >= 0 ? place : undefined;
}

function sliced(known: KnownInts, cuts: readonly Cut[]): KnownInts | undefined {
  const shape = [...known.shape];
  const from = new Map<number, { first: number; step: number }>();
  for (const cut of cuts) {
    const { first, size } = rangeOf(cut, known.shape[cut.axis]);
    if (typeof first !== "number" || typeof size !== "number" || typeof cut.step !== "number") return undefined;
    shape[cut.axis] = size;
    from.set(cut.axis, { first, step: cut.step });
  }
  return reindex(known, shape, (at) =>
    at.map((place, axis) => {
      const cut = from.get(axis);
      return cut === undefined ? place : cut.first + place * cut.step;
    }),
  );
}

/** As far as constants show it: the place moves by the start; steps and unknown starts are opaque. */
function sliceLink(node: Node, axis: number, size: Dim, rank: number): AxisLink {
  const starts = intsAttr(node, "starts") ?? constantNumbers(node, 1);
  const axes = (node.inputs[3] === undefined ? intsAttr(node, "axes") : constantNumbers(node, 3)) ?? undefined;
  if (node.inputs[3] !== undefined && axes === undefined) return opaque(0, axis, axis);
  const at = axes === undefined ? axis : axes.findIndex((given) => axisIndex(given, rank) === axis);
  const untouched = at < 0 || (axes === undefined && starts !== undefined && at >= starts.length);
  if (untouched) return keeps(0, axis, axis);
  const step = node.inputs[4] === undefined ? 1 : constantNumbers(node, 4)?.[at];
  const start = starts?.[at];
  const first = start === undefined ? undefined : clamped(start, size);
  if (step !== 1 || typeof first !== "number") return opaque(0, axis, axis);
  return keeps(0, axis, axis, 0, { kind: "offset", by: -first });
}
