export { decideGate } from "./decide.ts";
export type { Gate } from "./expression.ts";
export type { MetricNames } from "./metric-path.ts";
export { parseGate } from "./parse.ts";
export { type BaseComparison, readingsOf, structureNames } from "./readings.ts";
