export { broadcastShapes, type Shape } from "./broadcast.ts";
export { isDiscontinuous, isNondeterministic, specOf, specs } from "./catalog.ts";
export * from "./dims.ts";
export { type Inference, type InferOptions, inferTypes, type RuleFault, type TypeConflict } from "./infer.ts";
export { exactNumbers, numbersOf } from "./known.ts";
export { constantOfNode } from "./shape/constant.ts";
export type * from "./spec.ts";
export { axisIndex, dtypeOf, dtypeOfCode, shapeOf, tensorType } from "./value-types.ts";
