import type { OpSpec } from "./spec.ts";

export const specsB: readonly OpSpec[] = [];
