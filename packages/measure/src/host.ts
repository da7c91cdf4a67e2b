import { createHash } from "node:crypto";
import type { Machine, RuntimeInfo } from "@pare/engine";

/** Where a measurement was taken: latencies of two hosts are not to be compared. */
export interface Host {
  readonly machine: Machine;
  readonly runtime: RuntimeInfo;
  /** Sixteen hexadecimal digits: equal where everything is that latency depends on. */
  readonly fingerprint: string;
}

export function hostOf(machine: Machine, runtime: RuntimeInfo): Host {
  const { system, node, cpu, features, cpus, memoryBytes, memoryLimitBytes, governor } = machine;
  const parts = [system, node, cpu, features, Object.values(cpus), memoryBytes, memoryLimitBytes, governor, runtime];
  const fingerprint = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
  return { machine, runtime, fingerprint };
}
