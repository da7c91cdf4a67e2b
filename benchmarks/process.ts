import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ProcessRun {
  readonly milliseconds: number;
  /** Highest resident set (VmHWM), in bytes, file-backed pages included. */
  readonly peakBytes: number;
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
    const look = () => {
      peakBytes = Math.max(peakBytes, residentPeak(child.pid));
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
      if (code === 0) resolve({ milliseconds, peakBytes, output });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${output}`));
    });
  });
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
