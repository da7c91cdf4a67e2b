import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { cgroupLimits } from "./cgroup.ts";
import { allowedCpus } from "./cpus.ts";

const roots: string[] = [];

function rootWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "pare-cgroup-"));
  roots.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);
  }
  return root;
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

test("version 2: the least of the group and the groups above it", () => {
  const root = rootWith({
    "proc/self/cgroup": "0::/kubepods/pod1",
    "sys/fs/cgroup/kubepods/pod1/cpu.max": "250000 100000",
    "sys/fs/cgroup/kubepods/cpu.max": "150000 100000",
    "sys/fs/cgroup/kubepods/pod1/memory.max": "1073741824",
    "sys/fs/cgroup/kubepods/memory.max": "max",
  });
  expect(cgroupLimits(root)).toEqual({ cpus: 1.5, memoryBytes: 1_073_741_824 });
});

test("version 2 inside a container: its own group is mounted as the root", () => {
  const root = rootWith({ "proc/self/cgroup": "0::/docker/abc", "sys/fs/cgroup/cpu.max": "50000 100000" });
  expect(cgroupLimits(root)).toEqual({ cpus: 0.5, memoryBytes: undefined });
  expect(allowedCpus(root)).toBe(1);
});

test("version 1: quota and period in files of their own, an absurd number for no limit", () => {
  const root = rootWith({
    "proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a\n0::/",
    "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "300000",
    "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000",
    "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854771712",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "2147483648",
  });
  expect(cgroupLimits(root)).toEqual({ cpus: 3, memoryBytes: 2_147_483_648 });
});

test.each([
  ["max 100000", undefined],
  ["", undefined],
  ["garbage", undefined],
])("a cpu.max of %j limits nothing", (line, cpus) => {
  expect(cgroupLimits(rootWith({ "sys/fs/cgroup/cpu.max": line })).cpus).toBe(cpus);
});
