import { formatBytes, formatQuantity } from "./format.ts";
import { latencyNames, metricOf } from "./headline-metrics.ts";
import type { RunRecord } from "./record.ts";

const width = 24;
/** Eighths of a character, from none to seven. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

interface Quantity {
  readonly name: string;
  readonly values: readonly [original: number, result: number];
  readonly format: (value: number) => string;
}

/** Times, memory and size of both models as bars of text, in a code block; empty where nothing can be drawn. */
export function barText(record: RunRecord): string {
  const quantities = quantitiesOf(record).filter(({ values }) => values.every((v) => Number.isFinite(v) && v >= 0));
  if (quantities.length === 0) return "";
  const room = Math.max(...quantities.map(({ name }) => name.length));
  const lines = quantities.flatMap(({ name, values, format }) =>
    values.map((value, i) => {
      const label = i === 0 ? `${name.padEnd(room)}  original` : `${"".padEnd(room)}  result  `;
      return `${label}  ${bar(value / Math.max(...values, Number.MIN_VALUE)).padEnd(width)}  ${format(value)}`;
    }),
  );
  return ["```text", ...lines, "```"].join("\n");
}

function quantitiesOf(record: RunRecord): readonly Quantity[] {
  const { original, result } = record;
  const throughputs = result.metrics.map(({ name }) => name).filter((name) => name.startsWith("throughput."));
  const measured = [...latencyNames(record), ...throughputs, "memory.peak"].flatMap((name) => {
    const [before, after] = [metricOf(original, name), metricOf(result, name)];
    if (before === undefined || after === undefined) return [];
    return [
      {
        name,
        values: [before.value, after.value] as const,
        format: (value: number) => formatQuantity(value, after.unit),
      },
    ];
  });
  return [...measured, { name: "size", values: [original.sizeBytes, result.sizeBytes], format: formatBytes }];
}

/** 0.5 → half of the width, to an eighth of a character. */
function bar(share: number): string {
  const parts = Math.round(share * width * 8);
  return "█".repeat(Math.floor(parts / 8)) + eighths[parts % 8]!;
}
