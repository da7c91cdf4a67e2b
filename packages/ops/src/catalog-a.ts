import type { OpSpec } from "./spec.ts";

import { constant } from "./shape/constant.ts";

export const specsA: readonly OpSpec[] = [constant];
