export { type Active, activeBetween } from "./gradient/active.ts";
export { type DifferentiateOptions, differentiate, refusals } from "./gradient/differentiate.ts";
export { nodeMaker } from "./gradient/node-maker.ts";
export type * from "./step/step-graph.ts";
