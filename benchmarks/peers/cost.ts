/** What it costs to quantize: whole processes, the tools taking turns. */
import { existsSync, rmSync } from "node:fs";
import { median, runProcess } from "../process.ts";
import type { Tool, ToolRequest } from "./tools.ts";

export interface Cost {
  /** Timed ones. */
  readonly runs: number;
  /** From starting the process to its end, median. */
  readonly seconds: number;
  /** Highest sum of what the tool's processes held at one moment. */
  readonly peakBytes: number;
}

/** Made, and what the last run printed; or why not. */
export type Attempt = { readonly cost: Cost; readonly output: string } | { readonly failure: string };

/**
 * By tool's name. `request` says what each is given, `repetitions` how often it is timed. Memory is watched in one more
 * run of each, since watching takes time; a tool that is run once is watched and timed in that run.
 */
export async function quantizeByTurns(
  tools: readonly Tool[],
  request: (tool: Tool) => ToolRequest,
  repetitions: number,
): Promise<ReadonlyMap<string, Attempt>> {
  const runs = new Map<string, Runs>();
  for (const tool of tools) runs.set(tool.name, { ms: [], peakBytes: 0, output: "" });
  for (let round = 0; round <= repetitions; round++) {
    for (const tool of round % 2 === 0 ? tools : [...tools].reverse()) {
      const seen = runs.get(tool.name)!;
      const { isRunOnce = false } = tool;
      if (seen.failure !== undefined || (isRunOnce && round > 0)) continue;
      const asked = request(tool);
      rmSync(asked.out, { force: true });
      const [program, ...args] = tool.command(asked);
      try {
        const isWatched = round === 0;
        const { milliseconds, treePeakBytes, output } = await runProcess(program, args, isWatched);
        if (!existsSync(asked.out)) throw new Error("no file was written");
        if (isWatched) seen.peakBytes = treePeakBytes;
        if (!isWatched || isRunOnce) seen.ms.push(milliseconds);
        seen.output = output;
      } catch (error) {
        seen.failure = faultOf(error);
      }
    }
  }
  return new Map([...runs].map(([name, seen]) => [name, attemptOf(seen)]));
}

interface Runs {
  readonly ms: number[];
  peakBytes: number;
  output: string;
  failure?: string;
}

function attemptOf({ ms, peakBytes, output, failure }: Runs): Attempt {
  if (failure !== undefined) return { failure };
  return { cost: { runs: ms.length, seconds: median(ms) / 1000, peakBytes }, output };
}

/** What a reader wants of an output: the line that names an error. */
function faultOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error)
    .trim()
    .split("\n");
  const named = lines.findLast((line) => /^\w*(Error|Exception)\b|^[A-Z_]+ at /.test(line));
  return (named ?? lines.at(-1)!).slice(0, 200);
}
