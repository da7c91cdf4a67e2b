import { formatQuantity, significant } from "../format.ts";
import { latencyNames, metricOf, qualityOf } from "../headline-metrics.ts";
import type { ModelRecord, RunRecord } from "../record.ts";
import { quantityTick, tickText } from "./chart.ts";
import { blocksChart, distributionChart, timesOf } from "./latency-charts.ts";
import { html, type Markup } from "./markup.ts";
import { legend, type Series } from "./series.ts";
import { type TradeoffPoint, tradeoffChart } from "./tradeoff.ts";

export interface Figure {
  readonly caption: string;
  readonly chart: Markup;
}

/** Charts side by side where there is room, each with what its colours mean. Undefined where there are none. */
export function figures(all: readonly Figure[], key: Markup = legend): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<div class="charts">${all.map(({ caption, chart }) => html`<figure><figcaption>${caption}</figcaption>${key}${chart}</figure>\n`)}</div>`;
}

/** One plot for each latency, of the two models. */
export function tradeoffs(record: RunRecord): readonly Figure[] {
  const quality = qualityOf(record);
  if (quality === undefined) return [];
  const metric = metricOf(record.result, quality);
  return latencyNames(record).flatMap((latency) => {
    const points = (["original", "result"] as const).flatMap((series) =>
      pointOf(record[series], series, quality, latency),
    );
    if (points.length < 2 || metric === undefined) return [];
    const chart = tradeoffChart({
      points,
      costLabel: `${latency}, ms`,
      qualityLabel: quality,
      better: metric.better,
      formatCost: (value) => `${significant(value)} ms`,
      formatQuality: (value) => formatQuantity(value, metric.unit),
      costTick: tickText,
      qualityTick: quantityTick(metric.unit),
    });
    return [{ caption: `${quality} against ${latency}`, chart }];
  });
}

function pointOf(model: ModelRecord, series: Series, quality: string, latency: string): readonly TradeoffPoint[] {
  const [good, slow] = [metricOf(model, quality), metricOf(model, latency)];
  if (good === undefined || slow === undefined || !Number.isFinite(good.value)) return [];
  const intervals = { costInterval: slow.interval, qualityInterval: good.interval };
  return [{ label: series, series, cost: slow.value, quality: good.value, ...intervals }];
}

/** Distribution and blocks of each measurement. */
export function latencies({ timings }: RunRecord): readonly Figure[] {
  return timings.flatMap((timing) => {
    const times = timesOf(timing);
    if (times === undefined) return [];
    return [
      { caption: `${timing.name}: how long runs took`, chart: distributionChart(timing.name, times) },
      { caption: `${timing.name}: medians of the interleaved blocks`, chart: blocksChart(timing.name, times) },
    ];
  });
}
