import type { MeasureSpec } from "@pare/recipe";
import type { Comparison, Metric } from "@pare/report";
import type { Measured } from "./evaluate.ts";

export const costName = (measurement: string) => `cost.${measurement}`;

/**
 * What a million predictions cost on a machine that does nothing else, at the price of an hour that the recipe states: at
 * the throughput that was measured, or of scenario online at the pace of the median request. Nothing without a price.
 */
export function withCost<M extends Measured>(spec: MeasureSpec, measured: M): M {
  const { name, pricePerHour, scenario } = spec;
  if (pricePerHour === undefined) return measured;
  const source = scenario === "online" ? `latency.${name}.p50` : `throughput.${name}`;
  const extend = (metrics: readonly Metric[]) => [...metrics, ...metrics.flatMap((each) => costOf(each, source, spec))];
  const comparisons = measured.comparisons.flatMap((each) => (each.metric === source ? [costChange(each, spec)] : []));
  return {
    ...measured,
    original: extend(measured.original),
    result: extend(measured.result),
    comparisons: [...measured.comparisons, ...comparisons],
  };
}

function costOf(
  metric: Metric,
  source: string,
  { name, scenario, batch, pricePerHour = 0 }: MeasureSpec,
): readonly Metric[] {
  if (metric.name !== source || !(metric.value > 0)) return [];
  // Scenario batch counts samples a second; the others requests.
  const samples = scenario === "batch" ? 1 : batch;
  const secondsOf = (value: number) => (scenario === "online" ? value / 1000 : 1 / value) / samples;
  const cost = (value: number) => secondsOf(value) * (pricePerHour / 3600) * 1e6;
  const { value, interval } = metric;
  const ends = interval && [cost(interval.low), cost(interval.high)].sort((a, b) => a - b);
  return [
    {
      ...{ name: costName(name), unit: "plain", better: "lower", value: cost(value), samples: metric.samples },
      ...(interval && ends && { interval: { ...interval, low: ends[0]!, high: ends[1]! } }),
    },
  ];
}

/** Cost changes as times do: half the rate is twice the cost. */
function costChange({ value, interval, smallestEffect, ...rest }: Comparison, spec: MeasureSpec): Comparison {
  const turn = (ratio: number) => (spec.scenario === "online" ? ratio : 1 / ratio);
  const ends = interval && [turn(interval.low), turn(interval.high)].sort((a, b) => a - b);
  return {
    ...{ ...rest, metric: costName(spec.name), value: turn(value) },
    ...(interval && ends && { interval: { ...interval, low: ends[0]!, high: ends[1]! } }),
    ...(smallestEffect !== undefined && { smallestEffect: turn(smallestEffect) }),
  };
}
