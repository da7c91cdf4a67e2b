/**
 * CIFAR's binary files: records of a label (CIFAR-100: a coarse and a fine one) and 3072 bytes, the red, green and blue
 * planes of a 32 × 32 image.
 */
import { basename } from "node:path";
import { type ByteSource, makeTensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset } from "../dataset.ts";
import { arrayFileError } from "../errors.ts";
import { digestBytes } from "../files/digest-bytes.ts";
import { openBytes } from "../files/open-bytes.ts";

export interface CifarOptions {
  /** data_batch_1.bin …, in the order that their samples shall have; .gz too. */
  readonly paths: readonly string[];
  /** 10, or for CIFAR-100: 100 for the fine labels, 20 for the coarse ones. Default 10. */
  readonly classes?: 10 | 20 | 100;
}

const area = 32 * 32;

interface Part {
  readonly source: ByteSource;
  /** Index of its first sample. */
  readonly first: number;
}

/** Field "image": uint8 [32, 32, 3]. @throws DATA_MISSING, DATA_ARRAY, DATA_ARCHIVE */
export async function cifarImages({ paths, classes = 10 }: CifarOptions): Promise<Dataset> {
  const labelBytes = classes === 10 ? 1 : 2;
  const recordSize = labelBytes + 3 * area;
  const parts: Part[] = [];
  let length = 0;
  for (const path of paths) {
    const source = await openBytes(path);
    if (source.size === 0 || source.size % recordSize !== 0)
      throw arrayFileError(
        path,
        "these are no CIFAR records",
        `a multiple of ${recordSize} bytes`,
        `${source.size}; \`classes: 100\` is for CIFAR-100`,
      );
    parts.push({ source, first: length });
    length += source.size / recordSize;
  }
  const name = basename(paths[0] ?? "cifar");
  return {
    name,
    length,
    classes: Array.from({ length: classes }, (_, i) => `${i}`),
    fields: ["image"],
    sample(index) {
      checkIndex(name, index, length);
      const { source, first } = parts.findLast((part) => part.first <= index)!;
      const record = source.read((index - first) * recordSize, recordSize);
      const label = record[classes === 100 ? 1 : 0]!;
      if (label >= classes)
        throw arrayFileError(name, `sample ${index} has label ${label}`, `below ${classes}`, `${label}`);
      const image = makeTensor("uint8", [32, 32, 3], interleave(record.subarray(labelBytes)));
      return { id: `${index}`, fields: new Map([["image", image]]), target: classTarget(label) };
    },
    digest: async () =>
      digestBytes(
        parts.map(({ source }) => source),
        ["cifar", classes],
      ),
  };
}

/** Planes to pixels. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++)
    for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = planes[channel * area + i]!;
  return pixels;
}
