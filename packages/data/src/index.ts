export { type Batch, type BatchOptions, batches } from "./batches.ts";
export { classOf, classTarget, type Dataset, type Sample, sliceDataset, type Target } from "./dataset.ts";
export { type GlyphOptions, type GlyphSplit, glyphs } from "./glyphs/glyphs.ts";
export { type RandomStream, randomStream } from "./random.ts";
export type { ImageTransform } from "./transform.ts";
