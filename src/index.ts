/** The library: models in, looked at, changed, run and out; recipes. */

export type { SourceSample, SourceTensor, UserSource, UserSourceContext, UserSourceMaker } from "@pare/data";
export { createOnnxRuntimeEngine, describeMachine, type OnnxRuntimeEngine, probeOnnxRuntime } from "@pare/engine";
export { exitCodes, type Fault, isPareError, PareError } from "@pare/error";
export {
  detectFormat,
  encodeModel,
  readModel,
  readModelFile,
  readModelFrom,
  type WriteOptions,
  writeModel,
} from "@pare/formats";
export * from "@pare/ir";
export { defineMetric, type UserMetric, type UserSample, type UserTensor } from "@pare/measure";
export { type Inference, inferTypes, type OpSpec, specOf } from "@pare/ops";
export { upgradeOpset } from "@pare/opset";
export {
  checkPromise,
  type Engine,
  type Note,
  type Pass,
  type Progress,
  probeModel,
  runPass,
  type Session,
  type SessionOptions,
  selector,
  type Tensors,
  type Tools,
} from "@pare/pass";
export { type CheckedRecipe, checkRecipe, type Recipe, readRecipe, recipeJsonSchema } from "@pare/recipe";
export {
  comparisonRows,
  type RunRecord,
  readRecord,
  renderHtml,
  renderJunit,
  renderMarkdown,
  renderTable,
} from "@pare/report";
export * from "@pare/tensor";
export { passes, recipeCatalog } from "./catalog.ts";
export { type Inspection, inspectFile, inspectModel, type Port } from "./inspect/inspect.ts";
export { type ModelWeight, weighModel } from "./model/summary.ts";
export { type Plan, type PlannedStep, type PlanOptions, planRecipe } from "./run/plan.ts";
export { type RunOptions, type RunOutcome, runRecipe } from "./run/run.ts";
export { createTools, type ToolsOptions, type World } from "./run/tools.ts";
export { type SimplifiedFile, type SimplifyOptions, simplifyFile } from "./simplify/simplify-file.ts";
