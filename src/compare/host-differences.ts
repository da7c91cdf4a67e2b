import type { Environment } from "@pare/report";

/** One thing that times depend on and that two hosts do not have in common. */
export interface HostDifference {
  /** "governor". */
  readonly item: string;
  readonly base: string;
  readonly head: string;
}

/**
 * Everything that two hosts differ in, as far as both are known. Memory counts as the same within 1 %: what the kernel
 * keeps for itself varies.
 */
export function hostDifferences(base: Environment, head: Environment): readonly HostDifference[] {
  const [before, after] = [itemsOf(base), itemsOf(head)];
  return Object.keys(before).flatMap((item) => {
    const [a, b] = [before[item], after[item]];
    if (a === undefined || b === undefined || isSame(a, b)) return [];
    return [{ item, base: shown(a), head: shown(b) }];
  });
}

/** "governor (powersave and performance)". */
export function differenceText(differences: readonly HostDifference[]): string {
  return differences.map(({ item, base, head }) => `${item} (${base} and ${head})`).join(", ");
}

type Item = string | Bytes;

interface Bytes {
  readonly bytes: number;
}

function itemsOf({
  cpu,
  arch,
  os,
  runtime,
  node,
  memoryBytes,
  host,
}: Environment): Readonly<Record<string, Item | undefined>> {
  return {
    processor: cpu.model,
    "processor features": cpu.features.join(" ") || "none that matter",
    processors: `${cpu.processors}`,
    "logical processors": host && `${host.cores.logical}`,
    "processors allowed": host && `${host.cores.allowed}`,
    "the container's processors": host && `${host.cores.quota ?? "unlimited"}`,
    governor: host && (host.governor ?? "unknown"),
    memory: { bytes: host?.memory.bytes ?? memoryBytes },
    "the container's memory":
      host && (host.memory.limitBytes === null ? "unlimited" : { bytes: host.memory.limitBytes }),
    platform: `${os} ${arch}`,
    system: host?.system,
    runtime: `${runtime.name} ${runtime.version}`,
    "Node.js": node,
  };
}

function isSame(a: Item, b: Item): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return Math.abs(a.bytes - b.bytes) <= 0.01 * Math.max(a.bytes, b.bytes);
}

function shown(item: Item): string {
  return typeof item === "string" ? item : `${(item.bytes / 1e9).toPrecision(3)} GB`;
}
