import { binary } from "./elementwise/binary.ts";
import { unary } from "./elementwise/unary.ts";
import type { Kernels } from "./kernel.ts";
import { reductions } from "./reduce/reduce.ts";
import { reshapes } from "./shape/reshape.ts";

/** Every operator that can be evaluated: THE list, one line a family. */
export const kernels: Kernels = {
  ...unary,
  ...binary,
  ...reductions,
  ...reshapes,
};
