import { readFileSync } from "node:fs";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Progress, SessionOptions, Tensors } from "@pare/pass";
import { type RatioEstimate, ratioOfMedians } from "./stats/bootstrap.ts";

/** What one model needs in processes that have just started. */
export interface FreshStarts {
  /** Opening the model and running it once, with the runtime loaded: by start. */
  readonly coldStartMs: readonly number[];
  /** The most that the engine's process ever had in memory, its runtime included: by start. Undefined: not told here. */
  readonly peakBytes: readonly number[] | undefined;
}

export interface FreshStartOptions {
  /** For each model. */
  readonly inputs: readonly Tensors[];
  readonly session?: SessionOptions;
  /** Processes for each model; default 6. */
  readonly starts?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** Starts a process for each model in turn, several times over: what disturbs the machine disturbs all of them. */
export async function measureFreshStarts(
  paths: readonly string[],
  { inputs, session, starts = 6, progress, signal }: FreshStartOptions,
): Promise<readonly FreshStarts[]> {
  const all = paths.map(() => ({ coldStartMs: [] as number[], peakBytes: [] as (number | undefined)[] }));
  for (let start = 0; start < starts; start++) {
    for (const [i, path] of paths.entries()) {
      progress?.report("cold starts", start * paths.length + i, starts * paths.length);
      const { coldStartMs, peakBytes } = await startOnce(path, inputs[i]!, { ...session, ...(signal && { signal }) });
      all[i]!.coldStartMs.push(coldStartMs);
      all[i]!.peakBytes.push(peakBytes);
    }
  }
  return all.map(({ coldStartMs, peakBytes }) => ({ coldStartMs, peakBytes: allKnown(peakBytes) }));
}

/** Undefined where the peaks are unknown. */
export function peakMemoryRatio(base: FreshStarts, head: FreshStarts, seed: number): RatioEstimate | undefined {
  if (base.peakBytes === undefined || head.peakBytes === undefined) return undefined;
  const rounds = (peaks: readonly number[]) => peaks.map((peak) => [peak]);
  return ratioOfMedians({ base: rounds(base.peakBytes), head: rounds(head.peakBytes) }, seed);
}

async function startOnce(path: string, inputs: Tensors, options: SessionOptions) {
  await using engine = createOnnxRuntimeEngine();
  await engine.runtime();
  const began = performance.now();
  await using session = await engine.open({ path }, options);
  await session.run(inputs, options.signal && { signal: options.signal });
  return { coldStartMs: performance.now() - began, peakBytes: residentPeak(engine.processId) };
}

/** Linux keeps the highest resident set of each process. */
function residentPeak(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

function allKnown(peaks: readonly (number | undefined)[]): readonly number[] | undefined {
  const known = peaks.filter((peak) => peak !== undefined);
  return known.length === peaks.length ? known : undefined;
}
