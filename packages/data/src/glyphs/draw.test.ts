import { describe, expect, it } from "vitest";
import { randomStream } from "../random.ts";
import { drawGlyph, glyphSize } from "./draw.ts";

describe("drawGlyph", () => {
  it("draws the same picture from the same stream, and leaves the glyph out of an empty one", () => {
    const draw = (strokes: number[][]) => drawGlyph(strokes, randomStream(1, 1, 4));
    const [once, again, empty] = [draw([[-0.8, 0, 0.8, 0]]), draw([[-0.8, 0, 0.8, 0]]), draw([])];
    expect(again).toEqual(once);
    const changed = once.filter((byte, i) => byte !== empty[i]).length / 3;
    expect(once).toHaveLength(glyphSize * glyphSize * 3);
    // A bar of 10 to 21 pixels by 1.4 to 3.4, edges included.
    expect(changed).toBeGreaterThan(12);
    expect(changed).toBeLessThan(130);
  });
});
