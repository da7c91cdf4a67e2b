export { type Batch, type BatchOptions, batches } from "./batches.ts";
export { classOf, classTarget, type Dataset, type Sample, sliceDataset, type Target } from "./dataset.ts";
export { type GlyphOptions, type GlyphSplit, glyphs } from "./glyphs/glyphs.ts";
export type { Geometry } from "./images/geometry.ts";
export { type ImageFiles, type ImageFilesOptions, imageFiles } from "./images/image-files.ts";
export { type RandomStream, randomStream } from "./random.ts";
export { describeSource, openSource, type SourceContext } from "./sources/open-source.ts";
export type { SourceSpec } from "./sources/source-spec.ts";
export type { ImageTransform } from "./transform.ts";
