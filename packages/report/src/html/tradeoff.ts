import { curveStepAfter, line } from "d3-shape";
import type { Interval } from "../record.ts";
import { chart, padded, px, type Scales } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import { paretoFront } from "./pareto.ts";
import { mark, type Series } from "./series.ts";

/** A model in the plot of quality against cost. */
export interface TradeoffPoint {
  readonly label: string;
  readonly series: Series;
  readonly cost: number;
  readonly costInterval: Interval | undefined;
  readonly quality: number;
  readonly qualityInterval: Interval | undefined;
}

export interface TradeoffSpec {
  readonly points: readonly TradeoffPoint[];
  readonly costLabel: string;
  readonly qualityLabel: string;
  readonly better: "lower" | "higher";
  readonly formatCost: (value: number) => string;
  readonly formatQuality: (value: number) => string;
  /** For the axis, where fewer digits will do. */
  readonly qualityTick: (value: number) => string;
  readonly costTick: (value: number) => string;
}

/** Quality against cost with both intervals, and the Pareto front as a stepped line. */
export function tradeoffChart(spec: TradeoffSpec): Markup {
  const { points, better, formatCost, formatQuality } = spec;
  const costs = points.flatMap(({ cost, costInterval: at }) => [cost, ...(at ? [at.low, at.high] : [])]);
  const qualities = points.flatMap(({ quality, qualityInterval: at }) => [quality, ...(at ? [at.low, at.high] : [])]);
  const front = paretoFront(points, better);
  const said = points.map((p) => `${p.label}: ${formatQuality(p.quality)} at ${formatCost(p.cost)}`).join("; ");
  return chart(
    {
      title: `${spec.qualityLabel} against ${spec.costLabel}`,
      description: `${said}. On the Pareto front: ${front.map(({ label }) => label).join(", ")}.`,
      x: { label: spec.costLabel, range: padded(costs, 0.18), format: spec.costTick },
      y: { label: spec.qualityLabel, range: padded(qualities), format: spec.qualityTick },
    },
    (scales) => [frontLine(front, scales), points.map((point) => cross(point, scales)), labels(points, scales)],
  );
}

/** What is to be had at most for each cost: flat until the next model of the front. */
function frontLine(front: readonly TradeoffPoint[], { x, y }: Scales): Markup | undefined {
  const [first, last] = [front[0], front.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const end = { ...last, cost: x.domain()[1]! };
  const path = line<TradeoffPoint>(
    (p) => x(p.cost),
    (p) => y(p.quality),
  )
    .curve(curveStepAfter)
    .digits(1);
  return html`<path class="front" d="${path([...front, end]) ?? ""}"/>`;
}

function cross(point: TradeoffPoint, { x, y }: Scales): Markup {
  const { cost, quality, costInterval, qualityInterval, series, label } = point;
  const [cx, cy] = [px(x(cost)), px(y(quality))];
  const across =
    costInterval &&
    html`<path class="whisker ${series}" d="M${px(x(costInterval.low))} ${cy}H${px(x(costInterval.high))}"/>`;
  const upright =
    qualityInterval &&
    html`<path class="whisker ${series}" d="M${cx} ${px(y(qualityInterval.low))}V${px(y(qualityInterval.high))}"/>`;
  return html`<g><title>${label}</title>${across}${upright}${mark(series, cx, cy)}</g>`;
}

const labelHeight = 14;

/** Beside their marks, on the side with room; those that would overlap are moved apart. */
function labels(points: readonly TradeoffPoint[], { x, y }: Scales): readonly Markup[] {
  const [left, right] = x.range() as [number, number];
  const taken: { readonly x: number; readonly y: number }[] = [];
  return [...points]
    .sort((a, b) => y(a.quality) - y(b.quality))
    .map(({ cost, quality, label }) => {
      const at = { x: x(cost), y: y(quality) - 8 };
      while (taken.some((other) => Math.abs(other.x - at.x) < 150 && Math.abs(other.y - at.y) < labelHeight))
        at.y += labelHeight;
      taken.push(at);
      const isLeft = at.x < (left + right) / 2;
      return html`<text class="label" x="${px(at.x + (isLeft ? 9 : -9))}" y="${px(at.y)}" text-anchor="${isLeft ? "start" : "end"}">${label}</text>`;
    });
}
