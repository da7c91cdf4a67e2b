/** What it costs to quantize: whole processes, the tools taking turns. */
import { existsSync, rmSync } from "node:fs";
import { median, runProcess } from "../process.ts";
import type { Tool, ToolRequest } from "./tools.ts";

export interface Cost {
  readonly runs: number;
  /** From starting the process to its end, median. */
  readonly seconds: number;
  /** Highest sum of what the tool's processes held at one moment, median. */
  readonly peakBytes: number;
}

/** Made, and what the last run printed; or why not. */
export type Attempt = { readonly cost: Cost; readonly output: string } | { readonly failure: string };

/** By tool's name. `request` says what each is given, `repetitions` how often it is run. */
export async function quantizeByTurns(
  tools: readonly Tool[],
  request: (tool: Tool) => ToolRequest,
  repetitions: number,
): Promise<ReadonlyMap<string, Attempt>> {
  const runs = new Map<string, Runs>();
  for (const tool of tools) runs.set(tool.name, { ms: [], bytes: [], output: "" });
  for (let round = 0; round < repetitions; round++) {
    for (const tool of round % 2 === 0 ? tools : [...tools].reverse()) {
      const seen = runs.get(tool.name)!;
      if (seen.failure !== undefined || round >= (tool.mostRuns ?? repetitions)) continue;
      const asked = request(tool);
      rmSync(asked.out, { force: true });
      const [program, ...args] = tool.command(asked);
      try {
        const { milliseconds, treePeakBytes, output } = await runProcess(program, args);
        if (!existsSync(asked.out)) throw new Error("no file was written");
        seen.ms.push(milliseconds);
        seen.bytes.push(treePeakBytes);
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
  readonly bytes: number[];
  output: string;
  failure?: string;
}

function attemptOf({ ms, bytes, output, failure }: Runs): Attempt {
  if (failure !== undefined) return { failure };
  return { cost: { runs: ms.length, seconds: median(ms) / 1000, peakBytes: median(bytes) }, output };
}

/** What a reader wants of an output: the line that names an error. */
function faultOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error)
    .trim()
    .split("\n");
  const named = lines.findLast((line) => /^\w*(Error|Exception)\b|^[A-Z_]+ at /.test(line));
  return (named ?? lines.at(-1)!).slice(0, 200);
}
