/**
 * The data set of the quickstart: ten classes of small drawn glyphs, made when asked for, nothing to download.
 *
 * 1. Sample i of a split is a function of (seed, split, i): order, batches and threads do not matter.
 * 2. The bytes are the same on every machine: random numbers come from 32-bit integer arithmetic, drawing uses only
 *    + − × ÷ and square root in float64, which IEEE 754 defines to the last bit, and no library functions.
 * 3. Labels go round the classes, so every run of ten samples holds each class once.
 * 4. Splits draw from streams of their own: no sample of one can occur in another.
 */
import { makeTensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset } from "../dataset.ts";
import { datasetSizeError } from "../errors.ts";
import { randomStream } from "../random.ts";
import { drawGlyph, glyphSize } from "./draw.ts";
import { glyphNames, glyphShapes } from "./shapes.ts";

/** To be raised by whatever changes a pixel: it is part of the digest. */
const version = 1;

/** The stream of each split, and how many samples it has by default. */
const splits = {
  train: { purpose: 1, length: 20_000 },
  validation: { purpose: 2, length: 2_000 },
  test: { purpose: 3, length: 2_000 },
} as const;

export type GlyphSplit = keyof typeof splits;

export interface GlyphOptions {
  readonly split: GlyphSplit;
  /** Default: 20,000 for train, 2,000 for validation and test. At most 2^32. */
  readonly length?: number;
  /** An unsigned 32-bit integer; default 0. */
  readonly seed?: number;
}

/** @throws DATA_SIZE */
export function glyphs({ split, length = splits[split].length, seed = 0 }: GlyphOptions): Dataset {
  const name = `glyphs/${split}`;
  if (!Number.isInteger(length) || length < 1 || length > 2 ** 32) throw datasetSizeError(name, length, 2 ** 32);
  return {
    name,
    length,
    classes: glyphNames,
    fields: ["image"],
    sample(index) {
      checkIndex(name, index, length);
      const label = index % glyphNames.length;
      const random = randomStream(seed, splits[split].purpose, index);
      const pixels = drawGlyph(glyphShapes[glyphNames[label]!], random);
      const image = makeTensor("uint8", [glyphSize, glyphSize, 3], pixels);
      return { id: `${index}`, fields: new Map([["image", image]]), target: classTarget(label) };
    },
    digest: async () => `glyphs-${version}:${split}:${seed >>> 0}:${length}`,
  };
}
