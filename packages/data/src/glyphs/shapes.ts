/** A polyline: x0, y0, x1, y1, … in glyph space, −1 … 1 on both axes, y downwards. */
export type Stroke = readonly number[];

/** The ten classes, in label order. Several resemble each other once they are bent, covered and small. */
export const glyphShapes = {
  ring: [
    [0.8, 0, 0.69, 0.4, 0.4, 0.69, 0, 0.8, -0.4, 0.69, -0.69, 0.4, -0.8, 0],
    [-0.8, 0, -0.69, -0.4, -0.4, -0.69, 0, -0.8, 0.4, -0.69, 0.69, -0.4, 0.8, 0],
  ],
  square: [[-0.7, -0.7, 0.7, -0.7, 0.7, 0.7, -0.7, 0.7, -0.7, -0.7]],
  triangle: [[0, -0.8, 0.8, 0.7, -0.8, 0.7, 0, -0.8]],
  cross: [
    [-0.8, 0, 0.8, 0],
    [0, -0.8, 0, 0.8],
  ],
  arrow: [
    [0, 0.85, 0, -0.8],
    [-0.55, -0.15, 0, -0.8, 0.55, -0.15],
  ],
  zigzag: [[-0.7, -0.75, 0.7, -0.75, -0.7, 0.75, 0.7, 0.75]],
  spiral: [
    [0.1, 0.05, -0.05, -0.2, 0.3, -0.3, 0.45, 0.1, 0.1, 0.45, -0.4, 0.3, -0.5, -0.3, -0.05, -0.75, 0.6, -0.6, 0.8, 0],
  ],
  hourglass: [[-0.7, -0.75, 0.7, -0.75, -0.7, 0.75, 0.7, 0.75, -0.7, -0.75]],
  fork: [
    [0, 0.85, 0, -0.8],
    [-0.6, -0.8, -0.6, -0.1, 0, 0.2, 0.6, -0.1, 0.6, -0.8],
  ],
  star: [[0, -0.85, 0.5, 0.75, -0.8, -0.25, 0.8, -0.25, -0.5, 0.75, 0, -0.85]],
} as const satisfies Record<string, readonly Stroke[]>;

export type GlyphName = keyof typeof glyphShapes;
export const glyphNames = Object.keys(glyphShapes) as GlyphName[];

/** Distance from a point to the nearest point of a polyline. Exact operations only: + − × ÷ and square root. */
export function distanceToStroke(stroke: Stroke, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 < stroke.length; i += 2) {
    const startX = stroke[i]!;
    const startY = stroke[i + 1]!;
    const alongX = stroke[i + 2]! - startX;
    const alongY = stroke[i + 3]! - startY;
    const toX = x - startX;
    const toY = y - startY;
    const fraction = (toX * alongX + toY * alongY) / (alongX * alongX + alongY * alongY);
    const clamped = fraction < 0 ? 0 : Math.min(fraction, 1);
    const awayX = toX - clamped * alongX;
    const awayY = toY - clamped * alongY;
    nearest = Math.min(nearest, awayX * awayX + awayY * awayY);
  }
  return Math.sqrt(nearest);
}
