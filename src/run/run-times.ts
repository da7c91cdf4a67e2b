import type { RunTimes } from "@pare/report";

/** The durations of one model's runs, in ms by block, as the record keeps them. */
export function runTimes(blocksMs: readonly Float64Array[]): RunTimes {
  const all = sorted(blocksMs.flatMap((block) => [...block]));
  return {
    quantilesMs: Array.from({ length: 101 }, (_, i) => quantile(all, i / 100)),
    blockMediansMs: blocksMs.filter((block) => block.length > 0).map((block) => quantile(sorted(block), 0.5)),
  };
}

const sorted = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

/** Between the two nearest, to a tenth of a microsecond. */
function quantile(values: Float64Array, level: number): number {
  const at = level * (values.length - 1);
  const [below, above] = [values[Math.floor(at)] ?? 0, values[Math.ceil(at)] ?? 0];
  return Math.round((below + (above - below) * (at - Math.floor(at))) * 1e4) / 1e4;
}
