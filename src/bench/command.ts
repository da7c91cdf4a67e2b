import type { Device } from "@pare/pass";
import { usageError } from "../errors.ts";
import { parseInputShape } from "../simplify/command.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { type Bench, type BenchOptions, benchModels } from "./bench.ts";
import { benchText, costOf } from "./text.ts";

export interface BenchArgs {
  readonly files: readonly string[];
  readonly scenario: "online" | "batch" | "streaming" | "server";
  readonly batch: number | undefined;
  readonly rate: number | undefined;
  readonly bound: string | undefined;
  readonly percentile: number | undefined;
  readonly threads: number;
  readonly device: Device;
  readonly budget: number;
  readonly "input-shape": readonly string[] | undefined;
  readonly data: string | undefined;
  readonly seed: number;
  readonly starts: number;
  readonly nodes: boolean | undefined;
  readonly "price-per-hour": number | undefined;
}

export const benchCommand: CommandRun<BenchArgs> = async (args, terminal) => {
  checkNumbers(args);
  const { files, scenario, batch, threads, device, budget, data, seed, starts } = args;
  const price = args["price-per-hour"];
  const bench = await benchModels(files, {
    ...{ scenario, threads, device, budget, seed, starts, progress: terminal.progress, signal: terminal.signal },
    ...(batch !== undefined && { batch }),
    ...loadOptions(args),
    ...(data !== undefined && { data }),
    nodes: args.nodes ?? false,
    inputShapes: Object.fromEntries((args["input-shape"] ?? []).map(parseInputShape)),
  });
  terminal.printJson(jsonOf(bench, price));
  terminal.print(benchText(bench, price, terminal.width));
  return 0;
};

/** Without the single runs. */
function jsonOf({ models, ...bench }: Bench, price: number | undefined) {
  return {
    ...bench,
    models: models.map((model) => {
      const { blocksMs: _, percentiles: __, ...latency } = model.latency;
      const cost = price === undefined ? {} : { costPerMillion: costOf(model, { ...bench, models }, price) };
      return { ...model, latency, ...cost };
    }),
  };
}

function loadOptions({
  scenario,
  rate,
  bound,
  percentile,
}: BenchArgs): Pick<BenchOptions, "rate" | "boundMs" | "percentile"> {
  const wrong = (problem: string, next: string) => usageError(problem, next, "bench");
  if (rate !== undefined && scenario !== "streaming")
    throw wrong(`--rate goes with --scenario streaming, not with ${scenario}`, "Add --scenario streaming.");
  if ((bound ?? percentile) !== undefined && scenario !== "server")
    throw wrong(`--bound and --percentile go with --scenario server, not with ${scenario}`, "Add --scenario server.");
  if (rate !== undefined && !(rate >= 0.1 && rate <= 1e6))
    throw wrong(`--rate ${rate} is not between 0.1 and 1000000`, "Give requests a second.");
  if (scenario !== "server") return rate === undefined ? {} : { rate };
  if (bound === undefined) throw wrong("--scenario server needs --bound", "Give the latency to keep: --bound 50ms.");
  if (percentile !== undefined && !(percentile >= 50 && percentile <= 99.9))
    throw wrong(`--percentile ${percentile} is not between 50 and 99.9`, "Give 99 for p99.");
  return { boundMs: parseBound(bound), percentile: percentile ?? 99 };
}

/** "50ms", "0.5s"; without a unit ms. */
function parseBound(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s)?$/.exec(text) ?? [];
  const boundMs = Number(amount) * (unit === "s" ? 1000 : 1);
  if (!(boundMs > 0)) throw usageError(`--bound ${text} is no time above 0`, "Give it as 50ms or 0.5s.", "bench");
  return boundMs;
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
