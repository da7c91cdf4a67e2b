export { type Active, activeBetween } from "./gradient/active.ts";
export { type DifferentiateOptions, differentiate, refusals } from "./gradient/differentiate.ts";
export { nodeMaker } from "./gradient/node-maker.ts";
export type { Divergence } from "./loop/divergence.ts";
export type { EpochRecord } from "./loop/epoch-record.ts";
export { type TeacherOutput, type TrainOptions, type TrainResult, train } from "./loop/train.ts";
export { type Rates, ratesAt, type Schedule } from "./schedule/schedule.ts";
export type * from "./step/step-graph.ts";
