/**
 * Gradients of operators that take elements from known places of an axis (Slice, Pad by reflection, Gather by constants):
 * each goes back to its place, and is added where a place was taken several times.
 *
 * Places that follow one another in equal steps are a run, put back by what any runtime has: a Slice, a Concat with zeros
 * between the elements, a Pad. Some runs along a short axis are one product with a 0/1 matrix instead: see `along-axis.ts`.
 */
import { attr, type Value } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { addAlong, zeros } from "./add-rows.ts";
import { alongAxis, axisMatrix } from "./along-axis.ts";
import type { NodeMaker } from "./rule.ts";

export interface Taken {
  /** Of the input. */
  readonly size: number;
  readonly axis: number;
  /** By place in the output. Not below 0. */
  readonly from: readonly number[];
}

/** Up to this size of an axis a product takes less time than the several copies that it stands for. */
const shortAxis = 64;
const mostRuns = 8;
/** Elements of a constant 0/1 matrix: 4 MiB. */
const largestMatrix = 2 ** 20;

/**
 * @param shape of `gradient`: along `taken.axis` it has `taken.from.length` elements
 * @returns the same with `taken.size` elements
 */
export function putBack(make: NodeMaker, gradient: Value, shape: readonly number[], taken: Taken): Value {
  const { axis, size, from } = taken;
  const after = shape.with(axis, size);
  if (elementCount(shape) === 0) return zeros(make, after);
  const runs = runsOf(from);
  if (runs.length === 1 || (size > shortAxis && runs.length <= mostRuns))
    return runs
      .map((run) => placed(make, takeRun(make, gradient, shape, axis, run), shape, { axis, size, run }))
      .reduce((sum, each) => make.op("Add", [sum, each]));
  if (from.length * size <= largestMatrix) {
    const matrix = axisMatrix(size, from.length, (row, column) => Number(from[column] === row));
    return alongAxis(make, gradient, shape, axis, matrix);
  }
  return addAlong(make, { gradient, shape, indices: make.ints(from), axis, size });
}

/** `count` elements from the output's place `at` on, taken from `start`, start + step, … */
interface Run {
  readonly at: number;
  readonly count: number;
  readonly start: number;
  readonly step: number;
}

function runsOf(from: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < from.length; ) {
    const start = from[at]!;
    const step = at + 1 < from.length ? from[at + 1]! - start : 1;
    let count = 1;
    while (at + count < from.length && from[at + count] === start + count * step) count++;
    runs.push({ at, count, start, step: count === 1 ? 1 : step });
    at += count;
  }
  return runs;
}

/** The gradient of a run's elements, by rising places; one element where all came from one place. */
function takeRun(make: NodeMaker, gradient: Value, shape: readonly number[], axis: number, run: Run): Value {
  const { at, count, step } = run;
  const end = at + count;
  const isAll = count === shape[axis];
  const axes = make.ints([axis]);
  if (step < 0)
    return make.op("Slice", [
      gradient,
      make.ints([end - 1]),
      make.ints([at - shape[axis]! - 1]),
      axes,
      make.ints([-1]),
    ]);
  const part = isAll ? gradient : make.op("Slice", [gradient, make.ints([at]), make.ints([end]), axes]);
  return step === 0 ? make.op("ReduceSum", [part, axes], { keepdims: attr.int(1) }) : part;
}

/** Zeros between and around the elements of a run. */
function placed(
  make: NodeMaker,
  part: Value,
  shape: readonly number[],
  { axis, size, run }: { axis: number; size: number; run: Run },
): Value {
  const count = run.step === 0 ? 1 : run.count;
  const step = Math.max(1, Math.abs(run.step));
  const first = Math.min(run.start, run.start + (run.count - 1) * run.step);
  const now = shape.with(axis, count);
  const spread = step === 1 ? part : apart(make, part, now, axis, step);
  const [before, after] = [first, size - first - count * step];
  if (before === 0 && after === 0) return spread;
  const pads = make.ints([
    ...shape.map((_, i) => (i === axis ? before : 0)),
    ...shape.map((_, i) => (i === axis ? after : 0)),
  ]);
  return make.op("Pad", [spread, pads]);
}

/** step − 1 zeros behind each element: [1, 2] becomes [1, 0, 2, 0] for 2. */
function apart(make: NodeMaker, part: Value, shape: readonly number[], axis: number, step: number): Value {
  const column = make.op("Unsqueeze", [part, make.ints([axis + 1])]);
  const zeros = make.op("Expand", [make.scalar(0), make.ints(shape.toSpliced(axis + 1, 0, step - 1))]);
  const both = make.op("Concat", [column, zeros], { axis: attr.int(axis + 1) });
  return make.op("Reshape", [both, make.ints(shape.with(axis, shape[axis]! * step))]);
}
