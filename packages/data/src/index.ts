export { type Augmentation, augmentImage, augmentStream, checkAugmentation } from "./augment.ts";
export { alternatingMemory, type BatchMemory } from "./batch-memory.ts";
export { type Batch, type BatchOptions, batches, isImage } from "./batches.ts";
export {
  classOf,
  classTarget,
  type Dataset,
  type DatasetNote,
  type Sample,
  type Skipped,
  sliceDataset,
  subset,
  type Target,
} from "./dataset.ts";
export { findSharedSamples, type SharedSamples } from "./duplicates.ts";
export { reviewWords } from "./generated/reviews.ts";
export { type GlyphOptions, type GlyphSplit, glyphs } from "./glyphs/glyphs.ts";
export type { Geometry } from "./images/geometry.ts";
export { type ImageFiles, type ImageFilesOptions, imageFiles } from "./images/image-files.ts";
export { keepDecoded } from "./keep-decoded.ts";
export type {
  SourceSample,
  SourceTensor,
  UserSource,
  UserSourceContext,
  UserSourceMaker,
} from "./modules/user-source.ts";
export { type RandomStream, randomStream } from "./random.ts";
export { describeSource, generatedSets, type SplitName } from "./sources/open-source.ts";
export { type DataSpec, openSplits, type SplitSpec, type Splits, type SplitsContext } from "./sources/open-splits.ts";
export type { SourceSpec } from "./sources/source-spec.ts";
export { type SplitIndices, type SplitPlan, splitIndices } from "./splits.ts";
export type { ImageTransform } from "./transform.ts";
