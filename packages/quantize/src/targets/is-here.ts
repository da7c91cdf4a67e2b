import type { PassBench } from "@pare/pass";
import { plainFeature } from "./catalog.ts";
import type { Target } from "./target.ts";

/** Whether what is measured on this machine is true of the target: same runtime, device and instructions. */
export function isHere({ runtime, device, features }: Target, bench: PassBench): boolean {
  const present = new Set(bench.cpuFeatures.map(plainFeature));
  const fits = features.length === 0 || features.some((feature) => present.has(plainFeature(feature)));
  return runtime === "onnxruntime" && device === bench.device && fits;
}
