export type * from "./contract.ts";
export { freeBatch } from "./free-batch.ts";
export { likelyInputs, likelySizes } from "./likely-inputs.ts";
export {
  brokenPromise,
  checkPromise,
  type Probe,
  probeModel,
  relativeDifference,
  roundingLimit,
  worstDifference,
} from "./promise.ts";
export { seededRandom } from "./random.ts";
export { modelSavepoint, type PassRun, parseOptions, type RunnerOptions, runPass } from "./runner.ts";
export { requiredInputs, type SampleCase, type SizeChoice, sampleCases, sizeChoices } from "./sample-inputs.ts";
export { checkPatterns, idlePatterns, type Selection, selector } from "./select.ts";
export type * from "./training.ts";
