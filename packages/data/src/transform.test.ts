import { describe, expect, it } from "vitest";
import { type ImageTransform, imageWriter, zeroColour } from "./transform.ts";

/** One row of two pixels: (0, 51, 255) and (102, 153, 204). */
const pixels = Uint8Array.of(0, 51, 255, 102, 153, 204);

function written(transform: ImageTransform): number[] {
  const out = new Float32Array(6);
  imageWriter(transform, 1, 2, 3)(pixels, out);
  return [...out];
}

describe("imageWriter", () => {
  it("scales to 0 … 1 and puts one channel after the other by default", () => {
    expect(written({})).toEqual([0, 0.4, 0.2, 0.6, 1, 0.8].map(Math.fround));
  });

  it("keeps the channels of a pixel together as NHWC", () => {
    expect(written({ layout: "NHWC" })).toEqual([0, 0.2, 1, 0.4, 0.6, 0.8].map(Math.fround));
  });

  it("turns the order of the colours round, and takes mean and std in the model's order", () => {
    expect(written({ scale: 1, layout: "NHWC", order: "BGR" })).toEqual([255, 51, 0, 204, 153, 102]);
    expect(written({ scale: 1, layout: "NHWC", order: "BGR", mean: [255, 51, 0] })).toEqual([0, 0, 0, -51, 102, 102]);
  });

  it("takes one mean and std for all channels", () => {
    expect(written({ scale: 1, mean: [51], std: [51] })).toEqual([-1, 1, 0, 2, 4, 3]);
  });

  it("takes one for each channel", () => {
    expect(written({ scale: 1, mean: [0, 51, 204], std: [1, 102, 51] })).toEqual([0, 102, 0, 1, 1, 0]);
  });

  it.each<[ImageTransform, string]>([
    [
      { mean: [0, 0] },
      "DATA_TRANSFORM at mean: the number of values does not match the images (expected 1 value, or 3: one for each channel, got 2).",
    ],
    [{ std: [1, 0, 1] }, "DATA_TRANSFORM at std: the value is not usable (expected more than 0, got 0)."],
    [{ scale: Number.NaN }, "DATA_TRANSFORM at scale: the value is not usable (expected a finite number, got NaN)."],
  ])("refuses %o", (transform, message) => {
    expect(() => written(transform)).toThrow(message);
  });
});

describe("zeroColour", () => {
  it.each<[ImageTransform, number[]]>([
    [{}, [0, 0, 0]],
    [{ mean: [0.5] }, [128, 128, 128]],
    [{ mean: [0.4914, 0.4822, 0.4465], std: [0.247] }, [125, 123, 114]],
    [{ scale: 1, mean: [104, 117, 124], order: "BGR" }, [124, 117, 104]],
    // No byte comes to 0 there: the nearest.
    [{ scale: 1, mean: [-5, 300, 0] }, [0, 255, 0]],
  ])("of %o", (transform, colour) => {
    expect(zeroColour(transform, 3)).toEqual(colour);
  });
});
