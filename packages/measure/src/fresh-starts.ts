import { readFileSync } from "node:fs";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Progress, SessionOptions, Tensors } from "@pare/pass";
import { type RatioEstimate, ratioOfMedians } from "./stats/bootstrap.ts";
import { median, medianInterval } from "./stats/quantile.ts";

/** What one model needs in processes that have just started. */
export interface FreshStarts {
  /** From starting the process to the first result, loading the runtime included: by start. */
  readonly coldStartMs: readonly number[];
  /** The model's own part of it, opening and the first run: by start. */
  readonly loadMs: readonly number[];
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

/**
 * Starts a process for each model in turn, several times over, every other time in the reverse order: what disturbs the
 * machine disturbs all of them, and none is always the one that follows another.
 */
export async function measureFreshStarts(
  paths: readonly string[],
  { inputs, session, starts = 6, progress, signal }: FreshStartOptions,
): Promise<readonly FreshStarts[]> {
  const all = paths.map((): Awaited<ReturnType<typeof startOnce>>[] => []);
  for (let start = 0; start < starts; start++) {
    const order = start % 2 === 0 ? [...paths.entries()] : [...paths.entries()].reverse();
    for (const [turn, [i, path]] of order.entries()) {
      progress?.report("cold starts", start * paths.length + turn, starts * paths.length);
      all[i]!.push(await startOnce(path, inputs[i]!, { ...session, ...(signal && { signal }) }));
    }
  }
  return all.map((each) => ({
    coldStartMs: each.map(({ coldStartMs }) => coldStartMs),
    loadMs: each.map(({ loadMs }) => loadMs),
    peakBytes: allKnown(each.map(({ peakBytes }) => peakBytes)),
  }));
}

/** Of two models' times by start, taken in turns. */
export interface StartRatio extends RatioEstimate {
  /** A ratio between 1 − this and 1 + this cannot be told from 1: what starts of one model differ by from each other. */
  readonly noiseFloor: number;
}

/**
 * The median of the ratios of starts that followed each other, with the interval of order statistics: of six starts the
 * least and the largest ratio. The noise floor is the largest change from a model's start to
 * its next: six starts are too few to be less cautious.
 */
export function startRatio(baseMs: readonly number[], headMs: readonly number[]): StartRatio {
  const ratios = baseMs.map((base, i) => headMs[i]! / base);
  const changes = [baseMs, headMs].flatMap((times) =>
    times.slice(1).map((ms, i) => Math.abs(Math.log(ms / times[i]!))),
  );
  const noiseFloor = changes.length === 0 ? 0 : Math.expm1(Math.max(...changes));
  return { ratio: median(ratios), interval: medianInterval(ratios), noiseFloor };
}

/** Undefined where the peaks are unknown. */
export function peakMemoryRatio(base: FreshStarts, head: FreshStarts, seed: number): RatioEstimate | undefined {
  if (base.peakBytes === undefined || head.peakBytes === undefined) return undefined;
  const rounds = (peaks: readonly number[]) => peaks.map((peak) => [peak]);
  return ratioOfMedians({ base: rounds(base.peakBytes), head: rounds(head.peakBytes) }, seed);
}

async function startOnce(path: string, inputs: Tensors, options: SessionOptions) {
  const began = performance.now();
  await using engine = createOnnxRuntimeEngine();
  await engine.runtime();
  const loaded = performance.now();
  await using session = await engine.open({ path }, options);
  await session.run(inputs, options.signal && { signal: options.signal });
  const ended = performance.now();
  return { coldStartMs: ended - began, loadMs: ended - loaded, peakBytes: residentPeak(engine.processId) };
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
