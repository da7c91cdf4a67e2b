import { expect, it } from "vitest";
import { affineOf } from "../affine.ts";
import type { QuantType } from "../contract.ts";
import { gridsOf, widenGrids } from "./grids.ts";

const ranges = { min: Float32Array.of(-1, 0, 2, -3, 0), max: Float32Array.of(2, 0, 5, -1, 1e-40), nonFinite: 0 };

it.each(["int8", "uint8", "int4", "uint4", "int16"] as const)("gives %s the numbers of affineOf", (type: QuantType) => {
  for (const symmetric of [true, false]) {
    const { scales, zeroPoints } = gridsOf(ranges, { type, symmetric });
    const expected = Array.from(ranges.min, (min, i) => affineOf({ min, max: ranges.max[i]! }, type, { symmetric }));
    expect(Array.from(scales, (scale, i) => ({ scale, zeroPoint: zeroPoints[i] }))).toEqual(expected);
  }
});

it("narrows ranges", () => {
  expect(gridsOf(ranges, { type: "int8", symmetric: true }, 0.5).scales[0]).toBe(Math.fround(1 / 127));
});

it("uses every code where asked to, by scales of either sign", () => {
  const full = (type: QuantType) => gridsOf(ranges, { type, symmetric: true, fullRange: true });
  expect(full("int4")).toMatchObject({ lowest: -8, highest: 7, scales: Float32Array.of(-0.25, 1, -0.625, 0.375, 1) });
  expect(full("uint4")).toMatchObject({ lowest: 0, highest: 15, zeroPoints: Int32Array.of(8, 8, 8, 8, 8) });
  expect(full("uint8")).toMatchObject({ lowest: 0, highest: 255, zeroPoints: new Int32Array(5).fill(128) });
});

it("widens scales, and moves zero points so that they still reach the least number", () => {
  const spec = { type: "uint8", symmetric: false } as const;
  const grids = gridsOf({ min: Float32Array.of(-10, -10), max: Float32Array.of(245, 245), nonFinite: 0 }, spec);
  expect([...grids.scales, ...grids.zeroPoints]).toEqual([1, 1, 10, 10]);
  const wide = widenGrids(grids, { ...ranges, min: Float32Array.of(-10, -10) }, spec, [0, 5]);
  expect([...wide.scales, ...wide.zeroPoints]).toEqual([1, 5, 10, 2]);
});
