import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a container or service manager grants this process; undefined where nothing limits it. */
export interface CgroupLimits {
  /** Processors, as a share of time: 1.5 is one and a half. */
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
}

/**
 * Linux control groups, version 2 and 1. Limits hold for everything below, so the least on the way from the process's
 * own group to the root counts. Inside a container the group's path may not exist: then what is mounted is its own.
 * Elsewhere than on Linux nothing is found.
 */
export function cgroupLimits(root = "/"): CgroupLimits {
  const groups = groupsOf(root);
  const unified = groups.get("");
  const read = (controller: string, file: string, parse: (text: string) => number | undefined) =>
    ancestors(groups.get(controller) ?? "/").map((group) =>
      parse(text(root, `sys/fs/cgroup/${controller}`, group, file)),
    );
  return {
    cpus: least([
      ...ancestors(unified ?? "/").map((group) => cpuMax(text(root, "sys/fs/cgroup", group, "cpu.max"))),
      ...ancestors(groups.get("cpu") ?? "/").map((group) => quotaOf(root, group)),
    ]),
    memoryBytes: least([
      ...ancestors(unified ?? "/").map((group) => bytes(text(root, "sys/fs/cgroup", group, "memory.max"))),
      ...read("memory", "memory.limit_in_bytes", bytes),
    ]),
  };
}

/** Controller → group; "" for the unified hierarchy of version 2. Lines are "3:cpu,cpuacct:/path". */
function groupsOf(root: string): ReadonlyMap<string, string> {
  const lines = text(root, "proc/self", "cgroup", "").split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = "", ...path] = line.split(":");
      return path.length === 0 ? [] : controllers.split(",").map((name) => [name, path.join(":")] as const);
    }),
  );
}

function ancestors(group: string): string[] {
  return group === "/" || group === "." || group === "" ? ["/"] : [group, ...ancestors(dirname(group))];
}

function text(...path: readonly string[]): string {
  try {
    return readFileSync(join(...path), "utf8").trim();
  } catch {
    return "";
  }
}

/** "150000 100000": microseconds in each period; "max 100000": no limit. */
function cpuMax(line: string): number | undefined {
  const [quota, period] = line.split(" ").map(Number);
  return quota! > 0 && period! > 0 ? quota! / period! : undefined;
}

function quotaOf(root: string, group: string): number | undefined {
  const [quota, period] = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((file) =>
    Number(text(root, "sys/fs/cgroup/cpu", group, file)),
  );
  return quota! > 0 && period! > 0 ? quota! / period! : undefined;
}

/** Version 1 writes "no limit" as a number near 2^63. */
function bytes(line: string): number | undefined {
  const value = Number(line);
  return value > 0 && value < 2 ** 60 ? value : undefined;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
