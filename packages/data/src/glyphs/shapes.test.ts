import { describe, expect, it } from "vitest";
import { distanceToStroke, glyphNames, glyphShapes } from "./shapes.ts";

describe("distanceToStroke", () => {
  it.each([
    // A corner from (0, 0) to (2, 0) to (2, 2).
    [1, 0, 0],
    [1, -3, 3],
    [2, 1, 0],
    [5, 1, 3],
    [-3, 4, 5],
    [1.5, 1, 0.5],
  ])("from (%d, %d) is %d", (x, y, distance) => {
    expect(distanceToStroke([0, 0, 2, 0, 2, 2], x, y)).toBe(distance);
  });
});

describe("glyphShapes", () => {
  it.each(glyphNames)("%s lies within −1 … 1 and has no stroke of length 0", (name) => {
    for (const stroke of glyphShapes[name]) {
      for (const coordinate of stroke) expect(Math.abs(coordinate)).toBeLessThanOrEqual(1);
      for (let i = 2; i < stroke.length; i += 2)
        expect([stroke[i], stroke[i + 1]]).not.toEqual([stroke[i - 2], stroke[i - 1]]);
    }
  });
});
