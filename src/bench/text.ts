import { basename } from "node:path";
import {
  allowedDrops,
  median,
  type PercentileEstimate,
  type RateEstimate,
  type RatioEstimate,
  type SpeedScenario,
} from "@pare/measure";
import {
  alignColumns,
  type Comparison,
  deviceRemarks,
  fitColumns,
  formatBytes,
  type Interval,
  nodeTimeHeader,
  nodeTimeRows,
  significant,
  type Verdict,
  wrapIndented,
} from "@pare/report";
import type { Bench, BenchedModel } from "./bench.ts";

/** A bench as a table with a column for each model, and the verdicts below, at most `width` columns where that can be. */
export function benchText(bench: Bench, pricePerHour: number | undefined, width = 80): string {
  const { models, scenario, batch, threads, device } = bench;
  const columns = models.map((model) => column(model, bench, pricePerHour));
  const labels = columns[0]!.map(([label]) => label);
  const rows = labels.map((label, row) => [label, ...columns.map((cells) => cells[row]![1])]);
  const shown = rows.filter((row) => row.slice(1).some((cell) => cell !== ""));
  const names = shortNames(models.map(({ file }) => file));
  const table = fitColumns([["", ...names], ...shown], width);
  const thread = threads === 1 ? "1 thread" : `${threads} threads`;
  const head = `${scenarioText(scenario)}, batch ${batch}, ${thread}, ${device}, ${bench.host.machine.cpu}`;
  const inputs = bench.inputs.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`).join("; ");
  const nodes = models.flatMap((model, i) => nodeLines(model, names[i]!));
  const above = [head, `inputs: ${inputs}`].flatMap((line) => wrapIndented(line, width));
  const below = verdictLines(bench, names).flatMap((line) => wrapIndented(line, width));
  return `${[...above, "", ...table, "", ...below, ...nodes].join("\n")}\n`;
}

const nodesShown = 20;

/** The slowest nodes, and what another device than the processor left to it. */
function nodeLines({ profile }: BenchedModel, name: string): readonly string[] {
  if (profile === undefined) return [];
  const table = alignColumns([nodeTimeHeader, ...nodeTimeRows(profile, nodesShown)]);
  const title = `${name}: time by node, mean of ${profile.runs} traced runs`;
  return ["", title, "", ...table, ...deviceRemarks(profile)];
}

function scenarioText(scenario: SpeedScenario): string {
  if (scenario.kind === "server") return `server, p${scenario.percentile} within ${significant(scenario.boundMs)} ms`;
  if (scenario.kind !== "streaming") return scenario.kind;
  const keepsUp = `keeping up: at most ${allowedDrops * 100} % dropped`;
  return scenario.rate === undefined ? `streaming, ${keepsUp}` : `streaming at ${scenario.rate} /s, ${keepsUp}`;
}

function column(model: BenchedModel, bench: Bench, price: number | undefined) {
  const { starts, compressed, sizeBytes, against } = model;
  const ms = (values: readonly number[] | undefined) => (values ? `${significant(median(values))} ms` : "");
  return [
    ...speedRows(model, bench),
    ["cold start", ms(starts?.coldStartMs)],
    ["  the model's part", ms(starts?.loadMs)],
    ["  ratio", against?.coldStart ? ratioText(against.coldStart) : ""],
    ["peak memory", starts?.peakBytes ? formatBytes(median(starts.peakBytes)) : ""],
    ["size", formatBytes(sizeBytes)],
    ["  gzip", compressed ? formatBytes(compressed.gzipBytes) : ""],
    ["  brotli", compressed ? formatBytes(compressed.brotliBytes) : ""],
    ["per million", price === undefined ? "" : significant(costOf(model, bench, price))],
  ] as [string, string][];
}

function speedRows(model: BenchedModel, { scenario, models }: Bench): readonly (readonly [string, string])[] {
  const { latency, load } = model;
  const median = ["p50", `${significant(latency.medianMs)} ms${rangeText(latency.interval)}`] as const;
  const tails = latency.estimates
    .slice(1)
    .map((estimate) => [`p${Math.round(estimate.level * 100)}`, tail(estimate)] as const);
  const ratios = models.length < 2 ? [] : ratioRows(model, models);
  if (load === undefined) {
    const rate = `${significant(latency.throughput.perSecond)} /s`;
    return [median, ...tails, ["runs counted", `${latency.runs}`], ["throughput", rate], ...ratios];
  }
  const percent = (share: number) => (share * 100).toFixed(2);
  const { low, high } = load.missed.interval;
  return [
    ["highest rate", highestRateText(load.highestRate)],
    ["measured at", `${significant(load.rate)} /s, ${load.missed.requests} requests`],
    [
      scenario.kind === "server" ? "beyond the bound" : "dropped",
      `${percent(load.missed.share)} % (${percent(low)} to ${percent(high)})`,
    ],
    median,
    ...tails,
    ...ratios,
  ];
}

function highestRateText({ value, interval, requests, neededRequests }: RateEstimate): string {
  if (value === 0) return "none";
  if (interval !== undefined) return `${significant(value)} /s${rangeText(interval)}`;
  return `about ${significant(value)} /s (${requests} of ${neededRequests} requests)`;
}

/** A row for each metric that any model has a ratio of. */
function ratioRows({ against }: BenchedModel, models: readonly BenchedModel[]): readonly (readonly [string, string])[] {
  const known = models.flatMap((model) => model.against?.metrics ?? []).filter(({ kind }) => kind === "ratio");
  return [...new Set(known.map(({ metric }) => metric))].map((name) => {
    const found = against?.metrics.find(({ metric }) => metric === name);
    const text =
      against === undefined ? "1" : found ? ratioText({ ratio: found.value, interval: found.interval }) : "n/a";
    return [`ratio of ${metricLabel(name)}`, text];
  });
}

/** "latency.online.p99" → "p99". */
function metricLabel(name: string): string {
  const [family, , level] = name.split(".");
  return level ?? (family === "throughput" ? "rate" : "drops");
}

const rangeText = (found: Interval | undefined) =>
  found ? ` (${significant(found.low)} to ${significant(found.high)})` : "";

/** Of a million predictions: at the highest rate where that was looked for, else at the pace of the median run. */
export function costOf({ latency, load }: BenchedModel, { scenario, batch }: Bench, pricePerHour: number): number {
  if (load !== undefined) return costPerMillion(1000 / load.highestRate.value, batch, pricePerHour);
  return costPerMillion(latency.medianMs, scenario.kind === "batch" ? batch : 1, pricePerHour);
}

/** In the currency of the price: one machine that does nothing else. */
export function costPerMillion(runMs: number, samplesARun: number, pricePerHour: number): number {
  return (pricePerHour * (runMs / 3_600_000) * 1e6) / samplesARun;
}

function tail({ estimate, effectiveRuns, neededRuns }: PercentileEstimate): string {
  if (estimate === undefined) return `n/a (${effectiveRuns} of ${neededRuns} runs)`;
  return `${significant(estimate.value)} ms${rangeText(estimate.interval)}`;
}

export function ratioText({ ratio, interval }: RatioEstimate): string {
  const range = (found: Interval) => ` (${found.low.toFixed(3)} to ${found.high.toFixed(3)})`;
  return `× ${ratio.toFixed(3)}${interval ? range(interval) : ""}`;
}

function verdictLines({ models, margin, noiseFloor, control }: Bench, names: readonly string[]): readonly string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const noise = `Noise: the first model against itself ${ratioText(control)}, floor ${percent(noiseFloor)}.`;
  const verdicts = models.flatMap(({ against }, i) => {
    if (against === undefined) return [];
    const { verdict, smallestEffect } = against.latency;
    const [main] = against.metrics;
    const label = main === undefined || !models[i]!.load ? "" : `${metricLabel(main.metric)} `;
    const others = against.metrics
      .slice(1)
      .map((each) => `${metricLabel(each.metric)} ${words(each)[each.verdict ?? "cannot-tell"]}`);
    const seen =
      smallestEffect === undefined ? "" : `; the smallest effect this run could have seen is ${effect(smallestEffect)}`;
    const memory = against.memory?.verdict;
    const beside = memory === "worse" ? "; more memory" : memory === "better" ? "; less memory" : "";
    return [
      `${names[i]} against ${names[0]}: ${[`${label}${speedWords[verdict]}${seen}`, ...others].join("; ")}${beside} (margin ${percent(margin)}).`,
    ];
  });
  return [noise, ...verdicts];
}

const speedWords: Readonly<Record<Verdict, string>> = {
  better: "faster",
  worse: "slower",
  same: "the same",
  "cannot-tell": "cannot tell",
  "not-comparable": "not comparable",
};

/** A share is not faster: it is more or less. */
function words({ kind }: Comparison): Readonly<Record<Verdict, string>> {
  return kind === "ratio" ? speedWords : { ...speedWords, better: "fewer", worse: "more" };
}

const effect = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;

/** File names alone, unless two are the same. */
function shortNames(files: readonly string[]): readonly string[] {
  const names = files.map((file) => basename(file));
  return new Set(names).size === names.length ? names : files.map((file, i) => `${i + 1}: ${basename(file)}`);
}
