import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ProcessRun {
  readonly milliseconds: number;
  /** Highest resident set (VmHWM), in bytes, file-backed pages included. */
  readonly peakBytes: number;
  /** Highest sum of what it and the processes that it started held at one moment. */
  readonly treePeakBytes: number;
  readonly output: string;
}

/**
 * Runs a command to its end; measures wall time from spawn to exit and, unless told not to, its peak resident memory
 * (Linux). Watching memory takes a little of the machine: leave it out where time alone is compared.
 */
export function runProcess(command: string, args: readonly string[], watchMemory = true): Promise<ProcessRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let peakBytes = 0;
    let treePeakBytes = 0;
    const look = () => {
      peakBytes = Math.max(peakBytes, residentPeak(child.pid));
      if (watchMemory && child.pid !== undefined) treePeakBytes = Math.max(treePeakBytes, residentTree(child.pid));
    };
    const timer = watchMemory ? setInterval(look, 4) : undefined;
    child.stdout.on("data", (chunk) => {
      output += chunk;
      look();
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
      look();
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      const milliseconds = performance.now() - started;
      clearInterval(timer);
      if (code === 0) resolve({ milliseconds, peakBytes, treePeakBytes, output });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${output}`));
    });
  });
}

/** Resident memory of a process and all that it started, in bytes, now (Linux). Pages of one file count in each. */
export function residentTree(pid: number): number {
  try {
    const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return children.reduce((sum, child) => sum + (child === "" ? 0 : residentTree(Number(child))), resident);
  } catch {
    return 0; // It has ended already.
  }
}

function residentPeak(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // It has ended already.
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
