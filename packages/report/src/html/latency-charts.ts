import { area, curveStep } from "d3-shape";
import { significant } from "../format.ts";
import type { RunTimes, TimingRecord } from "../record.ts";
import { chart, padded, px, tickText } from "./chart.ts";
import { type Bin, histogramOf } from "./histogram.ts";
import { html, type Markup } from "./markup.ts";
import { mark, type Series } from "./series.ts";

export interface TimesOfBoth {
  readonly original: RunTimes;
  readonly result: RunTimes;
}

/** Undefined where the record does not have how the runs were spread. */
export function timesOf({ original, result }: TimingRecord): TimesOfBoth | undefined {
  const isWhole = (times: RunTimes | undefined): times is RunTimes =>
    times !== undefined && times.quantilesMs.length > 1 && times.blockMediansMs.length > 0;
  return isWhole(original) && isWhole(result) ? { original, result } : undefined;
}

const bins = 36;
const ms = (value: number) => significant(value);
const series = ["original", "result"] as const satisfies readonly Series[];

/** How long single runs took, but for the slowest few: so that stragglers do not squeeze all others into one bar. */
export function distributionChart(name: string, times: TimesOfBoth): Markup {
  const low = Math.min(...series.map((which) => at(times[which], 0)));
  const high = Math.max(...series.map((which) => usualEnd(times[which])));
  const [from, to] = high > low ? [low, high] : [low * 0.9, low * 1.1 || 1];
  const slower = Math.max(...series.map((which) => shareAbove(times[which], to)));
  const both = series.map((which) => histogramOf(times[which].quantilesMs, from, to, bins));
  const most = Math.max(...both.flat().map(({ share }) => share));
  const medians = series.map((which) => `median of the ${which} ${ms(at(times[which], 0.5))} ms`);
  return chart(
    {
      title: `Distribution of run times, ${name}`,
      description: `${medians.join(", ")}.`,
      x: {
        label: `time of a run, ms (at most ${Math.ceil(slower * 100)} % took longer)`,
        range: [from, to],
        format: tickText,
      },
      y: { label: "share of the runs", range: [0, most], format: (share) => `${tickText(share * 100)} %` },
    },
    ({ x, y }) =>
      series.map((which, i) => {
        const shape = area<Bin>(
          (bin) => x((bin.from + bin.to) / 2),
          y(0),
          (bin) => y(bin.share),
        )
          .curve(curveStep)
          .digits(1);
        const middle = px(x(at(times[which], 0.5)));
        const [bottom, top] = y.range() as [number, number];
        return html`<path class="area ${which}" d="${shape([...both[i]!]) ?? ""}"/><path class="median ${which}" d="M${middle} ${bottom}V${top}"/>`;
      }),
  );
}

const at = ({ quantilesMs }: RunTimes, level: number) => quantilesMs[Math.round(level * (quantilesMs.length - 1))]!;

/** The 98th percentile, unless the tail is so long that it says nothing of the others. */
function usualEnd(times: RunTimes): number {
  const spread = at(times, 0.75) - at(times, 0.25);
  return Math.min(at(times, 0.98), at(times, 0.75) + 6 * Math.max(spread, at(times, 0.5) * 0.02));
}

function shareAbove({ quantilesMs }: RunTimes, limit: number): number {
  return quantilesMs.filter((value) => value > limit).length / quantilesMs.length;
}

/** The medians of the interleaved blocks in their order: what disturbed the machine disturbs both at once. */
export function blocksChart(name: string, times: TimesOfBoth): Markup {
  const medians = series.flatMap((which) => times[which].blockMediansMs);
  const [low, high] = padded(medians, 0.1);
  const count = Math.max(...series.map((which) => times[which].blockMediansMs.length));
  return chart(
    {
      title: `Medians of the interleaved blocks, ${name}`,
      description: `${count} blocks; from ${ms(Math.min(...medians))} to ${ms(Math.max(...medians))} ms.`,
      x: { label: "block, in the order in which they ran", range: [1, Math.max(count, 2)], format: String },
      y: { label: "median, ms", range: [Math.max(0, low), high], format: tickText },
    },
    ({ x, y }) =>
      series.map((which) =>
        times[which].blockMediansMs.map((value, i) => mark(which, px(x(i + 1)), px(y(value)), count > 60 ? 2 : 3)),
      ),
  );
}
