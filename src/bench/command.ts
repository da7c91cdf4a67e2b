import type { Device } from "@pare/pass";
import { usageError } from "../errors.ts";
import { parseInputShape } from "../simplify/command.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { type Bench, benchModels } from "./bench.ts";
import { benchText, costPerMillion } from "./text.ts";

export interface BenchArgs {
  readonly files: readonly string[];
  readonly scenario: "online" | "batch";
  readonly batch: number | undefined;
  readonly threads: number;
  readonly device: Device;
  readonly budget: number;
  readonly "input-shape": readonly string[] | undefined;
  readonly data: string | undefined;
  readonly seed: number;
  readonly starts: number;
  readonly "price-per-hour": number | undefined;
}

export const benchCommand: CommandRun<BenchArgs> = async (args, terminal) => {
  checkNumbers(args);
  const { files, scenario, batch, threads, device, budget, data, seed, starts } = args;
  const price = args["price-per-hour"];
  const bench = await benchModels(files, {
    ...{ scenario, threads, device, budget, seed, starts, progress: terminal.progress, signal: terminal.signal },
    ...(batch !== undefined && { batch }),
    ...(data !== undefined && { data }),
    inputShapes: Object.fromEntries((args["input-shape"] ?? []).map(parseInputShape)),
  });
  terminal.printJson(jsonOf(bench, price));
  terminal.print(benchText(bench, price));
  return 0;
};

/** Without the single runs. */
function jsonOf({ models, ...bench }: Bench, price: number | undefined) {
  const samplesARun = bench.scenario.kind === "batch" ? bench.batch : 1;
  return {
    ...bench,
    models: models.map(({ latency: { blocksMs: _, percentiles: __, ...latency }, ...model }) => ({
      ...model,
      latency,
      ...(price !== undefined && { costPerMillion: costPerMillion(latency.medianMs, samplesARun, price) }),
    })),
  };
}

function checkNumbers(args: BenchArgs): void {
  const whole = (name: "batch" | "threads" | "seed" | "starts", least: number) => {
    const value = args[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw usageError(`--${name} ${value} is no whole number from ${least}`, "See `pare bench --help`.", "bench");
  };
  whole("batch", 1);
  whole("threads", 1);
  whole("seed", 0);
  whole("starts", 0);
  const price = args["price-per-hour"];
  if (!(args.budget > 0)) throw usageError(`--budget ${args.budget} is not above 0`, "Give seconds.", "bench");
  if (price !== undefined && !(price >= 0))
    throw usageError(`--price-per-hour ${price} is below 0`, "Give what an hour of the machine costs.", "bench");
}
