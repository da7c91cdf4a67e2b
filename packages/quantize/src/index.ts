export type * from "./contract.ts";
export { equalizeLayers } from "./corrections/equalize-layers.ts";
export { diagnosePlaced, diagnoseStored } from "./diagnose/diagnose.ts";
export type { Cause as DiagnoseCause, Cure, Finding } from "./diagnose/finding.ts";
export { isQuantized } from "./diagnose/grids.ts";
export { quantizePasses } from "./passes.ts";
export { place } from "./placement/place.ts";
export { type Foresight, foresee } from "./predict/foresee.ts";
export { predict } from "./predict/predict.ts";
export { type Disagreement, type Proof, prove } from "./predict/prove.ts";
export { prepare } from "./prepare/prepare.ts";
export {
  decodeOutputs,
  encodeInputs,
  type PortGrid,
  type PortGrids,
  portGrids,
  portGridsKey,
} from "./qdq/port-grids.ts";
export { type Ranges, type WrittenQdq, writeQdq } from "./qdq/write.ts";
export { type DynamicOptions, type DynamicResult, quantizeDynamic, writeDynamic } from "./schemes/dynamic.ts";
export { type Float16Options, quantizeFloat16, writeFloat16 } from "./schemes/float16.ts";
export { prepareStatic, quantizeStatic, type StaticOptions, writeStatic } from "./schemes/static.ts";
export { staticParts } from "./schemes/static-parts.ts";
export {
  type GroupRanking,
  type RankedGroup,
  type RankOptions,
  rankGroups,
} from "./sensitivity/rank-groups.ts";
export { rankingNote } from "./sensitivity/ranking-note.ts";
export { defaultTarget, targets } from "./targets/catalog.ts";
export { openTarget } from "./targets/option.ts";
export { type OperatorRule, type Target, targetSchema } from "./targets/target.ts";
