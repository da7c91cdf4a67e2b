import { basename } from "node:path";
import { median, type PercentileEstimate, type RatioEstimate } from "@pare/measure";
import { alignColumns, formatBytes, type Interval, significant } from "@pare/report";
import type { Bench, BenchedModel } from "./bench.ts";

/** A bench as a table with a column for each model, and the verdicts below. */
export function benchText(bench: Bench, pricePerHour: number | undefined): string {
  const { models, scenario, batch, threads, device } = bench;
  const columns = models.map((model) => column(model, bench, pricePerHour));
  const labels = columns[0]!.map(([label]) => label);
  const rows = labels.map((label, row) => [label, ...columns.map((cells) => cells[row]![1])]);
  const shown = rows.filter((row) => row.slice(1).some((cell) => cell !== ""));
  const names = shortNames(models.map(({ file }) => file));
  const table = alignColumns([["", ...names], ...shown]);
  const thread = threads === 1 ? "1 thread" : `${threads} threads`;
  const head = `${scenario.kind}, batch ${batch}, ${thread}, ${device}, ${bench.host.machine.cpu}`;
  const inputs = bench.inputs.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`).join("; ");
  return `${[head, `inputs: ${inputs}`, "", ...table, "", ...verdictLines(bench, names)].join("\n")}\n`;
}

function column(model: BenchedModel, { scenario, batch, models }: Bench, price: number | undefined) {
  const { latency, starts, compressed, against, sizeBytes } = model;
  const { low, high } = latency.interval ?? {};
  const range = low === undefined || high === undefined ? "" : ` (${significant(low)} to ${significant(high)})`;
  const ms = (values: readonly number[] | undefined) => (values ? `${significant(median(values))} ms` : "");
  const perRun = scenario.kind === "batch" ? batch : 1;
  return [
    ["p50", `${significant(latency.medianMs)} ms${range}`],
    ...latency.estimates.slice(1).map((estimate) => [`p${Math.round(estimate.level * 100)}`, tail(estimate)]),
    ["runs counted", `${latency.runs}`],
    ["throughput", `${significant(latency.throughput.perSecond)} /s`],
    ["ratio of p50", models.length < 2 ? "" : against ? ratioText(against.latency) : "1"],
    ["cold start", ms(starts?.coldStartMs)],
    ["peak memory", starts?.peakBytes ? formatBytes(median(starts.peakBytes)) : ""],
    ["size", formatBytes(sizeBytes)],
    ["  gzip", compressed ? formatBytes(compressed.gzipBytes) : ""],
    ["  brotli", compressed ? formatBytes(compressed.brotliBytes) : ""],
    ["per million", price === undefined ? "" : significant(costPerMillion(latency.medianMs, perRun, price))],
  ] as [string, string][];
}

/** In the currency of the price: one machine that does nothing else. */
export function costPerMillion(runMs: number, samplesARun: number, pricePerHour: number): number {
  return (pricePerHour * (runMs / 3_600_000) * 1e6) / samplesARun;
}

function tail({ estimate, effectiveRuns, neededRuns }: PercentileEstimate): string {
  if (estimate === undefined) return `n/a (${effectiveRuns} of ${neededRuns} runs)`;
  return `${significant(estimate.value)} ms (≤ ${significant(estimate.upper)})`;
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
    const word = { better: "faster", worse: "slower", same: "the same", "cannot-tell": "cannot tell" } as const;
    const text = verdict === "not-comparable" ? "not comparable" : word[verdict];
    const seen =
      smallestEffect === undefined ? "" : `; the smallest effect this run could have seen is ${effect(smallestEffect)}`;
    const memory = against.memory?.verdict;
    const beside = memory === "worse" ? "; more memory" : memory === "better" ? "; less memory" : "";
    return [`${names[i]} against ${names[0]}: ${text}${seen}${beside} (margin ${percent(margin)}).`];
  });
  return [noise, ...verdicts];
}

const effect = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;

/** File names alone, unless two are the same. */
function shortNames(files: readonly string[]): readonly string[] {
  const names = files.map((file) => basename(file));
  return new Set(names).size === names.length ? names : files.map((file, i) => `${i + 1}: ${basename(file)}`);
}
