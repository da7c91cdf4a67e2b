import { describe, expect, it } from "vitest";
import { randomStream } from "../random.ts";
import { randomPlacement } from "./distort.ts";

describe("randomPlacement", () => {
  const placements = Array.from({ length: 200 }, (_, i) => randomPlacement(randomStream(1, 2, i)));

  it("is continuous: neighbours in the image stay neighbours in glyph space", () => {
    for (const { toGlyph, scale } of placements)
      for (const [x, y] of [
        [0, 0],
        [1 / 3, -1 / 3],
        [0.99, -0.99],
      ] as const) {
        const [fromX, fromY] = toGlyph(x, y);
        const [toX, toY] = toGlyph(x + 1e-6, y - 1e-6);
        expect(Math.hypot(toX - fromX, toY - fromY)).toBeLessThan((1e-6 * 4) / scale);
      }
  });

  it("keeps the glyph's middle inside the image", () => {
    for (const { toGlyph } of placements) {
      let nearest = Number.POSITIVE_INFINITY;
      for (let y = -1; y <= 1; y += 0.05)
        for (let x = -1; x <= 1; x += 0.05) nearest = Math.min(nearest, Math.hypot(...toGlyph(x, y)));
      expect(nearest).toBeLessThan(0.15);
    }
  });
});
