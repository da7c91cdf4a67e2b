import { float32s, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { type Augmentation, augmentImage, augmentStream, checkAugmentation } from "./augment.ts";
import { batches } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import type { RandomStream } from "./random.ts";

/** 3 × 3, one channel: 1 2 3 / 4 5 6 / 7 8 9. */
const square = tensorOf("uint8", [3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

/**
 * A stream that gives these shares of what can be drawn: flip down, flip across, shift down, shift right, crop's top,
 * crop's left, cutout's row, cutout's column.
 */
function drawn(...shares: number[]): RandomStream {
  const uniform = () => shares.shift() ?? 0.999;
  const below = (count: number) => Math.floor(uniform() * count);
  return { uint32: () => below(2 ** 32), uniform, between: (low, high) => low + (high - low) * uniform(), below };
}
const [yes, no] = [0, 0.999];
const half = 0.5;

function rows(image: Tensor): number[][] {
  const [height = 0, width = 0] = image.shape;
  const all = [...numbers(image)];
  return Array.from({ length: height }, (_, y) => all.slice(y * width, (y + 1) * width));
}

const change = (options: Augmentation, ...shares: number[]) => rows(augmentImage(square, options, drawn(...shares)));

describe("an image is", () => {
  it("left as it is where nothing is asked for", () => {
    expect(change({}, yes, yes, 0, 0, 0, 0, 0, 0)).toEqual(rows(square));
  });

  it("flipped in the directions that are asked for", () => {
    expect(change({ flip: "horizontal" }, yes, yes)[0]).toEqual([3, 2, 1]);
    expect(change({ flip: "vertical" }, yes, yes)[0]).toEqual([7, 8, 9]);
    expect(change({ flip: "both" }, yes, yes)[0]).toEqual([9, 8, 7]);
    expect(change({ flip: "both" }, no, yes)[0]).toEqual([3, 2, 1]);
    expect(change({ flip: "both" }, no, no)[0]).toEqual([1, 2, 3]);
  });

  it("shifted; what comes in is the background", () => {
    // Up by one; right by one.
    expect(change({ shift: 1 }, no, no, 0, 0.999)).toEqual([
      [0, 4, 5],
      [0, 7, 8],
      [0, 0, 0],
    ]);
    const image = tensorOf("uint8", [1, 2, 3], [10, 20, 30, 40, 50, 60]);
    const shifted = augmentImage(image, { shift: 1 }, drawn(no, no, half, 0.999), { background: [1, 2, 3] });
    expect([...numbers(shifted)]).toEqual([1, 2, 3, 10, 20, 30]);
  });

  it.each([
    ["zero" as const, [0, 0, 0], [0, 1, 2]],
    ["edge" as const, [1, 1, 2], [1, 1, 2]],
    ["reflect" as const, [5, 4, 5], [2, 1, 2]],
  ])("padded with %s and cropped at the top left", (fill, first, second) => {
    const found = change({ crop: { pad: 1, fill } }, no, no, half, half, 0, 0);
    expect(found.slice(0, 2)).toEqual([first, second]);
  });

  it("mirrored at the last pixel where it is cropped at the bottom right", () => {
    expect(change({ crop: { pad: 2, fill: "reflect" } }, no, no, half, half, 0.999, 0.999)).toEqual([
      [9, 8, 7],
      [6, 5, 4],
      [3, 2, 1],
    ]);
  });

  it("cut out to its mean colour around a pixel, in part outside", () => {
    expect(change({ cutout: 2 }, no, no, half, half, half, half, 0.999, 0)).toEqual([
      [1, 2, 3],
      [5, 5, 6],
      [5, 8, 9],
    ]);
  });

  it("changed alike in all of its channels, and in float32 without rounding", () => {
    const image = tensorOf("float32", [1, 2, 3], [0.5, 10, 20, 1, 11, 22]);
    const flipped = augmentImage(image, { flip: "horizontal", cutout: 1 }, drawn(no, yes, 0, 0, 0, 0, 0, 0));
    expect([...float32s(flipped)]).toEqual([0.75, 10.5, 21, 0.5, 10, 20]);
    expect(flipped.shape).toEqual([1, 2, 3]);
  });
});

/** Eight images of 6 × 6 random bytes. */
const dataset: Dataset = {
  name: "noise",
  length: 8,
  classes: [],
  fields: ["image"],
  sample: (index) => {
    const random = augmentStream(7, `${index}`, 0);
    const image = tensorOf(
      "uint8",
      [6, 6, 1],
      Array.from({ length: 36 }, () => random.below(256)),
    );
    return { id: `#${index}`, fields: new Map([["image", image]]), target: undefined };
  },
  digest: async () => "noise",
};
const augment: Augmentation = { flip: "both", shift: 2, crop: { pad: 1, fill: "edge" }, cutout: 3 };

async function bytesById(options: { epoch?: number; seed?: number; batch: number; shuffle?: boolean }) {
  const found: [string, string][] = [];
  for await (const { ids, inputs } of batches(dataset, { augment, transform: { scale: 1 }, ...options })) {
    const all = [...numbers(inputs.get("image")!)];
    for (const [i, id] of ids.entries()) found.push([id, all.slice(36 * i, 36 * (i + 1)).join()]);
  }
  return new Map(found.sort());
}

describe("in batches", () => {
  it("a sample is changed the same whatever the batch and the order", async () => {
    const whole = await bytesById({ batch: 8, epoch: 3 });
    expect(await bytesById({ batch: 3, epoch: 3 })).toEqual(whole);
    expect(await bytesById({ batch: 1, epoch: 3, shuffle: true })).toEqual(whole);
  });

  it.each([[{ scale: 1, mean: [100] }], [{ mean: [100 / 255], std: [0.25] }]])(
    "what is shifted in is 0 for the model: %o",
    async (transform) => {
      const zeros: number[] = [];
      for await (const { inputs } of batches(dataset, { augment: { shift: 2 }, transform, batch: 8 }))
        zeros.push([...numbers(inputs.get("image")!)].filter((value) => Math.abs(value) < 1e-6).length);
      // Of 36 pixels, with shifts of −2 to 2 both ways, 13 are new on average.
      expect(zeros[0]).toBeGreaterThan(50);
    },
  );

  it("it is changed otherwise in another epoch, by another seed, and beside another sample", async () => {
    const first = await bytesById({ batch: 8 });
    for (const other of [await bytesById({ batch: 8, epoch: 1 }), await bytesById({ batch: 8, seed: 1 })])
      for (const [id, bytes] of first) expect(other.get(id)).not.toBe(bytes);
    expect(new Set(first.values()).size).toBe(8);
  });
});

describe("what cannot be augmented", () => {
  const table = {
    ...dataset,
    sample: () => ({ id: "1", fields: new Map([["x", tensorOf("float32", [3], [1, 2, 3])]]), target: undefined }),
  };
  it.each([
    [
      table,
      { shift: 1 },
      "DATA_AUGMENT at data.augment of noise: only images can be augmented, and the training data has none",
    ],
    [
      dataset,
      { cutout: 7 },
      "DATA_AUGMENT at data.augment.cutout: it is too large for the images (expected at most 6, got 7).",
    ],
    [
      dataset,
      { crop: { pad: 6, fill: "edge" as const } },
      "DATA_AUGMENT at data.augment.crop.pad: it is too large for the images (expected at most 5, got 6).",
    ],
  ])("%#", async (data, options, message) => {
    await expect(checkAugmentation(data, options)).rejects.toThrow(message);
    await expect(checkAugmentation(dataset, augment)).resolves.toBeUndefined();
  });
});
