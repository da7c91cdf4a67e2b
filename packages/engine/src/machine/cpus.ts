import { availableParallelism } from "node:os";
import { cgroupLimits } from "./cgroup.ts";

/**
 * Processors that this process may use: those it is allowed to run on, cut to whole ones of the container's quota,
 * at least 1.
 */
export function allowedCpus(root = "/"): number {
  const quota = cgroupLimits(root).cpus ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(availableParallelism(), Math.floor(quota)));
}
