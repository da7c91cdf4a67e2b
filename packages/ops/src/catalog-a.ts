import type { OpSpec } from "./spec.ts";

export const specsA: readonly OpSpec[] = [];
