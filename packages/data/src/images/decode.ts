import { createJpegDecoder, type JpegDecoder } from "./jpeg.ts";
import type { Pixels } from "./pixels.ts";

/** Bytes. For larger files the native decoder's speed outweighs what a call to it costs. */
const smallJpeg = 256 * 1024;

let jpeg: JpegDecoder | undefined;

/**
 * JPEG, PNG, WebP, GIF, TIFF, AVIF to red green blue, without alpha and without turning by orientation tags.
 * @throws Error
 */
export async function decodeImage(data: Uint8Array): Promise<Pixels> {
  if (data.length <= smallJpeg && data[0] === 0xff && data[1] === 0xd8) {
    jpeg ??= createJpegDecoder();
    const pixels = jpeg.decode(data);
    if (pixels !== undefined) return pixels;
  }
  const { default: sharp } = await import("sharp");
  const image = sharp(data, { failOn: "error" }).removeAlpha().toColourspace("srgb").raw();
  const { data: bytes, info } = await image.toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { height: info.height, width: info.width, channels: 3, data: bytes };
  const rgb = Uint8Array.from({ length: bytes.length * 3 }, (_, i) => bytes[Math.floor(i / 3)]!);
  return { height: info.height, width: info.width, channels: 3, data: rgb };
}
