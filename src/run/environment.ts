import { loadavg } from "node:os";
import { describeMachine } from "@pare/engine";
import type { Environment } from "@pare/report";
import { toolVersion } from "../version.ts";

/** Where and by what is measured. */
export async function describeEnvironment(engine: {
  runtime(): Promise<{ readonly version: string }>;
}): Promise<Environment> {
  const machine = describeMachine();
  const { cpus, memoryBytes, memoryLimitBytes, governor, system } = machine;
  const { version } = await engine.runtime();
  return {
    pare: toolVersion(),
    node: process.versions.node,
    runtime: { name: "onnxruntime-node", version },
    os: process.platform,
    arch: process.arch,
    cpu: {
      model: machine.cpu,
      processors: cpus.threads,
      features: (machine.features ?? []).filter(({ present }) => present).map(({ name }) => name),
    },
    memoryBytes: memoryLimitBytes ?? memoryBytes,
    host: {
      system,
      cores: { logical: cpus.logical, allowed: cpus.allowed, quota: cpus.quota ?? null },
      governor: governor ?? null,
      memory: { bytes: memoryBytes, limitBytes: memoryLimitBytes ?? null },
      load: loadavg()[0] ?? 0,
    },
  };
}
