export { type CacheEntry, cacheKey, defaultCacheLimitBytes, type FolderCache, openCache } from "./cache.ts";
export { type CheckedRecipe, checkRecipe, readRecipe } from "./check.ts";
export { readCheckedFile } from "./checked-file.ts";
export { canonicalJson, type Digest, digestFiles, digestOf } from "./digest.ts";
export { type EvaluateSpec, isMetricModule } from "./evaluate-schema.ts";
export { recipeJsonSchema } from "./json-schema.ts";
export {
  checkLockInputs,
  checkLockOutput,
  type Lock,
  type LockedStep,
  type LockFacts,
  type LockOutcome,
  readLock,
  type StepChoices,
  writeLock,
} from "./lock.ts";
export type { MeasureSpec } from "./measure-spec.ts";
export {
  type DataSource,
  type Recipe,
  type RecipeStep,
  writtenOptions,
  writtenOut,
} from "./recipe.ts";
export { claimRunFolder, type RunFolder, releaseRunFolder, writeWhole } from "./run-folder.ts";
export type { RecipeCatalog, StepKind } from "./schema.ts";
export { optionNames } from "./steps.ts";
