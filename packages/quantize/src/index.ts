export type * from "./contract.ts";
export { type OperatorRule, type Target, targetSchema } from "./targets/target.ts";
