/** What a loop's body keeps from run to run: types that hold of every run, found by running the rule until it settles. */
import type { Dim, ValueType } from "@pare/ir";
import { equalDims, isMadeUp, symbolsOf } from "../dims.ts";
import type { InferContext } from "../spec.ts";

type Types = readonly (ValueType | undefined)[];

const mostRounds = 4;

/**
 * Types of the carried values, and of all outputs of the body, once the carried types hold before and after a run.
 * `run` infers the body for carried types and gives the types of its outputs, the carried ones first.
 */
export function settleCarried(initial: Types, run: (carried: Types) => Types): { carried: Types; outputs: Types } {
  let carried = initial;
  let outputs = run(carried);
  for (let round = 0; round < mostRounds; round++) {
    const wider = carried.map((type, i) => widened(type, outputs[i], round === mostRounds - 1));
    if (wider.every((type, i) => type === carried[i])) return { carried, outputs };
    carried = wider;
    outputs = run(carried);
  }
  return { carried, outputs };
}

/** `type` where what comes after a run is of that type too; else with unknown sizes, rank or kind where they differ. */
function widened(type: ValueType | undefined, after: ValueType | undefined, last: boolean): ValueType | undefined {
  if (type === undefined || after === undefined) return undefined;
  if (type.kind === "sequence" && after.kind === "sequence") {
    const element = type.element === undefined ? undefined : widened(type.element, after.element, last);
    return element === type.element ? type : { kind: "sequence", element };
  }
  if (type.kind !== "tensor" || after.kind !== "tensor") return type.kind === after.kind ? type : undefined;
  const { shape } = type;
  if (shape === undefined) return type;
  if (after.shape?.length !== shape.length || last) return { ...type, shape: undefined };
  const changed = shape.some((size, axis) => size !== undefined && equalDims(size, after.shape?.[axis]) !== true);
  if (!changed) return type;
  return {
    ...type,
    shape: shape.map((size, axis) => (equalDims(size, after.shape?.[axis]) === true ? size : undefined)),
  };
}

/** A mark: sizes made up from now on belong to the body. */
export function freshMark(context: InferContext): number {
  return Number(String(context.fresh()).slice(1));
}

/** A size made up inside the body means another one in every run: outside it is unknown. */
export function outside(type: ValueType | undefined, mark: number): ValueType | undefined {
  if (type?.kind === "sequence") return { kind: "sequence", element: outside(type.element, mark) };
  if (type?.kind !== "tensor" || type.shape === undefined) return type;
  return { ...type, shape: type.shape.map((size) => outsideDim(size, mark)) };
}

function outsideDim(size: Dim, mark: number): Dim {
  const inner = [...symbolsOf(size)].some((name) => isMadeUp(name) && Number(name.slice(1)) > mark);
  return inner ? undefined : size;
}
