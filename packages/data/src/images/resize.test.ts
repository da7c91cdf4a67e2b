import { expect, it } from "vitest";
import { shapeImage } from "./geometry.ts";
import { type Filter, resize } from "./resize.ts";

const four = {
  height: 4,
  width: 4,
  channels: 1,
  data: Uint8Array.of(0, 50, 100, 255, 10, 60, 110, 250, 200, 190, 30, 5, 255, 0, 255, 0),
} as const;

/** What Pillow 13 gives: to 2 × 3 pixels, and the first row at a width of 5. */
it.each<[Filter, number[], number[]]>([
  ["bilinear", [39, 160, 109, 103, 153, 89], [0, 35, 75, 146, 255]],
  ["bicubic", [19, 178, 111, 99, 165, 80], [0, 32, 68, 147, 255]],
  ["lanczos", [7, 188, 111, 98, 177, 69], [0, 34, 60, 152, 255]],
  ["box", [25, 178, 115, 99, 128, 128], [0, 50, 100, 100, 255]],
])("%s has Pillow's pixels", (filter, small, wide) => {
  expect([...resize(four, 3, 2, filter).data]).toEqual(small);
  expect([...resize(four, 4, 5, filter).data.subarray(0, 5)]).toEqual(wide);
});

it("keeps channels apart", () => {
  const data = Uint8Array.of(0, 100, 200, 10, 110, 210);
  const { data: out } = resize({ height: 1, width: 2, channels: 3, data }, 1, 1, "box");
  expect([...out]).toEqual([5, 105, 205]);
});

it("weighs colours as Pillow does for grey", () => {
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 200, 30);
  const grey = shapeImage({ height: 1, width: 4, channels: 3, data }, { grey: true });
  expect([grey.channels, ...grey.data]).toEqual([1, 76, 150, 29, 124]);
});

it("brings the shorter side to a length, then cuts the middle out", () => {
  const tall = { height: 8, width: 4, channels: 1, data: Uint8Array.from({ length: 32 }, (_, i) => i) } as const;
  const { height, width } = shapeImage(tall, { resize: 6 });
  expect([height, width]).toEqual([12, 6]);
  expect([...shapeImage(tall, { crop: 2 }).data]).toEqual([13, 14, 17, 18]);
  expect([...shapeImage(tall, { crop: [1, 4] }).data]).toEqual([12, 13, 14, 15]);
  expect(() => shapeImage(tall, { crop: 5 })).toThrow("the image of 8 × 4 is smaller than the crop of 5 × 5");
});
