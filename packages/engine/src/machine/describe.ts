import { readFileSync } from "node:fs";
import { availableParallelism, cpus, machine, release, totalmem, type } from "node:os";
import { cgroupLimits } from "./cgroup.ts";
import { type CpuFeature, cpuFeatures } from "./cpu-features.ts";
import { allowedCpus } from "./cpus.ts";

/** What a measurement depends on besides the model. */
export interface Machine {
  /** "Linux 6.1.0 x86_64". */
  readonly system: string;
  readonly node: string;
  readonly cpu: string;
  /** undefined: the system does not tell. */
  readonly features: readonly CpuFeature[] | undefined;
  readonly cpus: {
    readonly logical: number;
    /** Those that this process may run on. */
    readonly allowed: number;
    /** What the container grants, as a share of time. */
    readonly quota: number | undefined;
    /** What a session uses unless told otherwise. */
    readonly threads: number;
  };
  readonly memoryBytes: number;
  /** What the container grants, where that is less. */
  readonly memoryLimitBytes: number | undefined;
  /** Linux's frequency policy; other than "performance" it makes latencies wobble. */
  readonly governor: string | undefined;
}

export function describeMachine(): Machine {
  const { cpus: quota, memoryBytes: limit } = cgroupLimits();
  const processors = cpus();
  const memoryBytes = totalmem();
  return {
    system: `${type()} ${release()} ${machine()}`,
    node: process.version,
    cpu: processors[0]?.model.trim() ?? "unknown",
    features: cpuFeatures(),
    cpus: { logical: processors.length, allowed: availableParallelism(), quota, threads: allowedCpus() },
    memoryBytes,
    memoryLimitBytes: limit !== undefined && limit < memoryBytes ? limit : undefined,
    governor: governor(),
  };
}

function governor(): string | undefined {
  try {
    return readFileSync("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "utf8").trim();
  } catch {
    return undefined;
  }
}
