import { cpuArm64, cpuX64Avx2, cpuX64Vnni } from "./cpu.ts";
import { cuda, tfjs, webgpu } from "./float-only.ts";
import { integerOnly } from "./integer-only.ts";
import type { Target } from "./target.ts";
import { tensorrt } from "./tensorrt.ts";

const ready = [cpuX64Vnni, cpuX64Avx2, cpuArm64, tensorrt, cuda, webgpu, tfjs, integerOnly];

/** Every target that comes with the toolkit, by name. */
export const targets: ReadonlyMap<string, Target> = new Map(ready.map((target) => [target.name, target]));

/**
 * The target for a processor, from its features ("avx512_vnni", "AVX512_VNNI": case and punctuation do not matter).
 * x86-64 without VNNI, and whatever is unknown, is taken for AVX2: 7-bit weights are right everywhere.
 */
export function defaultTarget(features: readonly string[]): Target {
  const present = new Set(features.map(plainFeature));
  const has = (target: Target) => target.features.some((feature) => present.has(plainFeature(feature)));
  return [cpuX64Vnni, cpuArm64].find(has) ?? cpuX64Avx2;
}

/** "AVX512-VNNI" → "avx512vnni". */
export function plainFeature(feature: string): string {
  return feature.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
