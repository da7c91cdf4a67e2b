import type { RandomStream } from "../random.ts";
import { randomPlacement } from "./distort.ts";
import { distanceToStroke, type Stroke } from "./shapes.ts";

export const glyphSize = 32;
const area = glyphSize * glyphSize;

type Colour = readonly [number, number, number];

/**
 * Draws one image: a background that shades from one colour to another, stray strokes, the glyph, strokes across it,
 * noise. uint8 [32, 32, 3], red green blue.
 */
export function drawGlyph(strokes: readonly Stroke[], random: RandomStream): Uint8Array {
  const canvas = new Float64Array(area * 3);
  const ground = randomColour(random, 0.15, 0.85);
  shade(canvas, ground, random);
  for (let i = random.below(3); i > 0; i--) paint(canvas, strayStroke(random), randomColour(random, 0, 1));
  paint(canvas, placedGlyph(strokes, random), contrasting(ground, random));
  for (let i = random.below(3); i > 0; i--) paint(canvas, strayStroke(random), randomColour(random, 0, 1));
  return quantise(canvas, random);
}

function randomColour(random: RandomStream, low: number, high: number): Colour {
  const level = random.between(low, high);
  const tint = () => level + random.between(-0.2, 0.2);
  return [tint(), tint(), tint()];
}

/** A colour lighter or darker than `ground` by 0.18 to 0.6, away from the nearer end of the range. */
function contrasting(ground: Colour, random: RandomStream): Colour {
  const brightness = (ground[0] + ground[1] + ground[2]) / 3;
  const step = random.between(0.18, 0.6) * (brightness > random.between(0.3, 0.7) ? -1 : 1);
  const tint = (channel: number) => channel + step + random.between(-0.1, 0.1);
  return [tint(ground[0]), tint(ground[1]), tint(ground[2])];
}

function shade(canvas: Float64Array, ground: Colour, random: RandomStream): void {
  const slopes = ground.map(() => [random.between(-0.15, 0.15), random.between(-0.15, 0.15)] as const);
  for (let i = 0; i < area; i++) {
    const [x, y] = pixelCentre(i);
    for (const [channel, [slopeX, slopeY]] of slopes.entries())
      canvas[i * 3 + channel] = ground[channel]! + slopeX * x + slopeY * y;
  }
}

/** How much of the pixel around (x, y) is covered, 0 … 1. */
type Coverage = (x: number, y: number) => number;

/** The glyph somewhere in the image, with strokes 1.4 to 3.4 pixels wide. */
function placedGlyph(strokes: readonly Stroke[], random: RandomStream): Coverage {
  const placement = randomPlacement(random);
  const halfWidth = random.between(0.7, 1.7);
  const pixels = (placement.scale * glyphSize) / 2;
  return (x, y) => {
    const [u, v] = placement.toGlyph(x, y);
    let nearest = Number.POSITIVE_INFINITY;
    for (const stroke of strokes) nearest = Math.min(nearest, distanceToStroke(stroke, u, v));
    return edge(halfWidth - nearest * pixels);
  };
}

/** A straight stroke of the length of a glyph's side, anywhere. */
function strayStroke(random: RandomStream): Coverage {
  const [x, y] = [random.between(-1, 1), random.between(-1, 1)];
  const stroke = [x, y, x + random.between(-0.9, 0.9), y + random.between(-0.9, 0.9)];
  const halfWidth = random.between(0.6, 1.4);
  return (px, py) => edge(halfWidth - (distanceToStroke(stroke, px, py) * glyphSize) / 2);
}

/** Anti-aliasing: the edge of a stroke is one pixel wide. `inside` is the distance to the edge in pixels. */
function edge(inside: number): number {
  return Math.max(0, Math.min(1, inside + 0.5));
}

function paint(canvas: Float64Array, coverage: Coverage, colour: Colour): void {
  for (let i = 0; i < area; i++) {
    const [x, y] = pixelCentre(i);
    const cover = coverage(x, y);
    if (cover > 0)
      for (const [channel, value] of colour.entries())
        canvas[i * 3 + channel] = canvas[i * 3 + channel]! * (1 - cover) + value * cover;
  }
}

/** Adds noise (the difference of two 16-bit uniforms: a triangle of width 2 · strength) and rounds to bytes. */
function quantise(canvas: Float64Array, random: RandomStream): Uint8Array {
  const strength = random.between(0.05, 0.3);
  const bytes = new Uint8Array(canvas.length);
  for (let i = 0; i < canvas.length; i++) {
    const bits = random.uint32();
    const noise = ((bits >>> 16) - (bits & 0xffff)) / 65536;
    const level = Math.floor((canvas[i]! + strength * noise) * 255 + 0.5);
    bytes[i] = Math.max(0, Math.min(255, level));
  }
  return bytes;
}

function pixelCentre(index: number): readonly [number, number] {
  return [
    ((index % glyphSize) + 0.5) / (glyphSize / 2) - 1,
    (Math.floor(index / glyphSize) + 0.5) / (glyphSize / 2) - 1,
  ];
}
