import { type Pixels, toGrey } from "./pixels.ts";
import { type Filter, resize } from "./resize.ts";

/** What happens to an image before it becomes a sample, in this order: grey, resize, crop. Plain data. */
export interface Geometry {
  /** One channel of luma instead of three of colour. Default false. */
  readonly grey?: boolean;
  /** The shorter side's new length, or [height, width]. */
  readonly resize?: number | readonly [height: number, width: number];
  /** Default "bilinear". */
  readonly filter?: Filter;
  /** The middle of the image: side of a square, or [height, width]. */
  readonly crop?: number | readonly [height: number, width: number];
}

/** @throws Error where an image is smaller than the crop */
export function shapeImage(pixels: Pixels, geometry: Geometry): Pixels {
  let shaped = geometry.grey === true ? toGrey(pixels) : pixels;
  if (geometry.resize !== undefined) {
    const [height, width] = resizedSize(shaped, geometry.resize);
    shaped = resize(shaped, height, width, geometry.filter ?? "bilinear");
  }
  return geometry.crop === undefined ? shaped : cropCentre(shaped, geometry.crop);
}

export function isPlain({ grey, resize, crop }: Geometry): boolean {
  return grey !== true && resize === undefined && crop === undefined;
}

/** 480 × 640 with the shorter side 256 → 256 × 341. */
function resizedSize({ height, width }: Pixels, to: NonNullable<Geometry["resize"]>): readonly [number, number] {
  if (typeof to !== "number") return to;
  const shorter = Math.min(height, width);
  return [Math.floor((to * height) / shorter), Math.floor((to * width) / shorter)];
}

function cropCentre(pixels: Pixels, to: NonNullable<Geometry["crop"]>): Pixels {
  const [height, width] = typeof to === "number" ? [to, to] : to;
  if (height > pixels.height || width > pixels.width)
    throw new Error(`the image of ${pixels.height} × ${pixels.width} is smaller than the crop of ${height} × ${width}`);
  return crop(pixels, Math.floor((pixels.height - height) / 2), Math.floor((pixels.width - width) / 2), height, width);
}

export function crop(
  { width: from, channels, data }: Pixels,
  top: number,
  left: number,
  height: number,
  width: number,
): Pixels {
  const out = new Uint8Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * from + left) * channels;
    out.set(data.subarray(start, start + width * channels), row * width * channels);
  }
  return { height, width, channels, data: out };
}
