/** A decoded image: rows of pixels of 8-bit channels, red green blue or grey. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** height · width · channels. */
  readonly data: Uint8Array;
}

/** Luma as ITU-R 601 weighs it, in the 16-bit integers that imaging libraries use: R 19595, G 38470, B 7471. */
export function toGrey({ height, width, channels, data }: Pixels): Pixels {
  if (channels === 1) return { height, width, channels, data };
  const grey = new Uint8Array(height * width);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
  return { height, width, channels: 1, data: grey };
}
