import { expect, it } from "vitest";
import { layoutOf, type Run, runsOf } from "./layout.ts";

/** The grid of each element, by the runs of [start, end). */
function gridsOf(shape: readonly number[], axis: number | undefined, block?: number, pieces: readonly number[] = []) {
  const layout = layoutOf(shape, { axis, block });
  const elements = shape.reduce((a, b) => a * b, 1);
  const grids: number[] = [];
  const place = ({ from, count, grid, grids: many }: Run) => {
    for (let i = 0; i < count; i++)
      grids[from + i] = grid + (layout.kind === "row" ? Math.floor(i / (count / many)) : i % many);
  };
  const ends = [...pieces, elements];
  for (const [i, end] of ends.entries()) for (const run of runsOf(layout, i === 0 ? 0 : ends[i - 1]!, end)) place(run);
  return { grids, shape: layout.gridShape };
}

it.each([
  ["one for all", [2, 3], undefined, undefined, [0, 0, 0, 0, 0, 0], []],
  ["the first axis", [2, 3], 0, undefined, [0, 0, 0, 1, 1, 1], [2]],
  ["the last axis", [2, 3], 1, undefined, [0, 1, 2, 0, 1, 2], [3]],
  ["an axis between", [2, 2, 2], 1, undefined, [0, 0, 1, 1, 0, 0, 1, 1], [2]],
  ["blocks of the last axis", [2, 4], 1, 2, [0, 0, 1, 1, 2, 2, 3, 3], [2, 2]],
  ["blocks of the first axis, the last one short", [3, 2], 0, 2, [0, 1, 0, 1, 2, 3], [2, 2]],
  ["blocks between", [2, 3, 1, 2], 1, 2, [0, 1, 0, 1, 2, 3, 4, 5, 4, 5, 6, 7], [2, 2, 1, 2]],
] as const)("%s", (_, shape, axis, block, grids, gridShape) => {
  expect(gridsOf(shape, axis, block)).toEqual({ grids, shape: gridShape });
  // The same in pieces that begin and end anywhere.
  for (let piece = 1; piece < grids.length; piece++) {
    const cuts = Array.from({ length: Math.ceil(grids.length / piece) - 1 }, (_, i) => (i + 1) * piece);
    expect(gridsOf(shape, axis, block, cuts).grids, `pieces of ${piece}`).toEqual(grids);
  }
});

it("has no lines where a size is 0", () => {
  expect([...runsOf(layoutOf([0, 3], { axis: 1 }), 0, 0)]).toEqual([]);
});
