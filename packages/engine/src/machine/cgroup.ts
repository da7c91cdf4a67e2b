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
  const along = (controller: string, read: (folder: string) => number | undefined) =>
    ancestors(groups.get(controller) ?? "/").map((group) => read(join(root, "sys/fs/cgroup", controller, group)));
  return {
    cpus: least([
      ...along(unified, (folder) => quota(text(folder, "cpu.max"))),
      ...along("cpu", (folder) => quota(`${text(folder, "cpu.cfs_quota_us")} ${text(folder, "cpu.cfs_period_us")}`)),
    ]),
    memoryBytes: least([
      ...along(unified, (folder) => bytes(text(folder, "memory.max"))),
      ...along("memory", (folder) => bytes(text(folder, "memory.limit_in_bytes"))),
    ]),
  };
}

/** The one hierarchy of version 2 has no controller's name, in `/proc/self/cgroup` and in its folder alike. */
const unified = "";

/** Controller → group. Lines are "3:cpu,cpuacct:/path". */
function groupsOf(root: string): ReadonlyMap<string, string> {
  const lines = text(join(root, "proc/self"), "cgroup").split("\n");
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

function text(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), "utf8").trim();
  } catch {
    return "";
  }
}

/** Microseconds in each period: "150000 100000"; "max 100000" and "-1 100000" mean no limit. */
function quota(line: string): number | undefined {
  const [granted = 0, period = 0] = line.split(" ").map(Number);
  return granted > 0 && period > 0 ? granted / period : undefined;
}

/** Version 1 writes "no limit" as a number near 2^63, version 2 as "max". */
function bytes(line: string): number | undefined {
  const value = Number(line);
  return value > 0 && value < 2 ** 60 ? value : undefined;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
