export type * from "./contract.ts";
export { quantizePasses } from "./passes.ts";
export { type DynamicOptions, type DynamicResult, quantizeDynamic, writeDynamic } from "./schemes/dynamic.ts";
export { type OperatorRule, type Target, targetSchema } from "./targets/target.ts";
