import type { RandomStream } from "../random.ts";

/** Where a point of the image lies in glyph space. */
export interface Placement {
  toGlyph(x: number, y: number): readonly [number, number];
  /** Image units for one unit of glyph space. */
  readonly scale: number;
}

const gridSize = 4;

/**
 * A random affine map (size, place, rotation to ±20°, shear, stretch) with an elastic one on top: displacements on a
 * 4×4 grid over the image, interpolated bilinearly. Image coordinates run from −1 to 1 on both axes.
 *
 * Rotation by t = tan(angle / 2): cos = (1 − t²)/(1 + t²), sin = 2t/(1 + t²), because sine and cosine may differ in the
 * last bit from one machine to another, and division does not.
 */
export function randomPlacement(random: RandomStream): Placement {
  const scale = random.between(0.42, 0.8);
  const room = 1 - scale;
  const [centreX, centreY] = [random.between(-room, room), random.between(-room, room)];
  const t = random.between(-0.176, 0.176);
  const [cos, sin] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  const shear = random.between(-0.25, 0.25);
  const stretch = random.between(0.75, 1.3);
  const bend = randomBend(random, 0.16);
  return {
    scale,
    toGlyph(x, y) {
      const [u, v] = [(x - centreX) / scale, (y - centreY) / scale];
      const [bentX, bentY] = bend(x, y);
      const turnedX = cos * u + sin * v + bentX;
      const turnedY = cos * v - sin * u + bentY;
      return [(turnedX + shear * turnedY) * stretch, turnedY / stretch];
    },
  };
}

/** Displacements of at most `most` glyph units on each axis. */
function randomBend(random: RandomStream, most: number): (x: number, y: number) => [number, number] {
  const grid = Array.from({ length: gridSize * gridSize * 2 }, () => random.between(-most, most));
  return (x, y) => {
    const [gridX, gridY] = [gridPosition(x), gridPosition(y)];
    const [column, row] = [Math.min(Math.floor(gridX), gridSize - 2), Math.min(Math.floor(gridY), gridSize - 2)];
    const [right, down] = [gridX - column, gridY - row];
    const at = (axis: number) => {
      const corner = (row * gridSize + column) * 2 + axis;
      const top = grid[corner]! * (1 - right) + grid[corner + 2]! * right;
      const bottom = grid[corner + gridSize * 2]! * (1 - right) + grid[corner + gridSize * 2 + 2]! * right;
      return top * (1 - down) + bottom * down;
    };
    return [at(0), at(1)];
  };
}

function gridPosition(coordinate: number): number {
  return ((coordinate + 1) / 2) * (gridSize - 1);
}
