export type * from "./contract.ts";
export { quantizePasses } from "./passes.ts";
export { type DynamicOptions, type DynamicResult, quantizeDynamic, writeDynamic } from "./schemes/dynamic.ts";
export {
  type GroupRanking,
  type RankedGroup,
  type RankOptions,
  rankGroups,
} from "./sensitivity/rank-groups.ts";
export { rankingNote } from "./sensitivity/ranking-note.ts";
export { type OperatorRule, type Target, targetSchema } from "./targets/target.ts";
