import type { Kernels } from "./kernels.ts";
import { plainKernels } from "./plain.ts";
import { createSimdKernels } from "./simd.ts";
import { webAssembly } from "./web-assembly.ts";

let chosen: Kernels | undefined;

/** The kernels of this process: SIMD, or the plain ones where WebAssembly is missing (`node --jitless`). */
export function chooseKernels(): Kernels {
  chosen ??= create();
  return chosen;
}

/** The smallest module with a vector in it: a function that makes one and drops it. */
const probe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11],
);

function create(): Kernels {
  const engine = webAssembly();
  return engine?.validate(probe) ? createSimdKernels(engine) : plainKernels;
}
