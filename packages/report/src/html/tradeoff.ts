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

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
}

/** Beside their marks and over none of them, each on the side where fewer others are. */
function labels(points: readonly TradeoffPoint[], { x, y }: Scales): readonly Markup[] {
  const taken = points.map(({ cost, quality }) => boxAround(x(cost), y(quality)));
  const middle = points.reduce((sum, { cost }) => sum + x(cost), 0) / points.length;
  return points.map(({ cost, quality, label }) => {
    const spots = spotsFor(x(cost), y(quality), x(cost) < middle);
    const isFree = (spot: Spot) => {
      const box = boxOf(label, spot);
      const [left, right] = x.range() as [number, number];
      return box.left >= left && box.right <= right + 20 && taken.every((other) => !overlap(box, other));
    };
    const spot = spots.find(isFree) ?? spots[0]!;
    taken.push(boxOf(label, spot));
    return html`<text class="label" x="${px(spot.x)}" y="${px(spot.y)}" text-anchor="${spot.anchor}">${label}</text>`;
  });
}

/** Above and below the mark on either side, then further away. */
function spotsFor(x: number, y: number, isLeftFirst: boolean): readonly Spot[] {
  const sides = [
    { x: x - 9, anchor: "end" },
    { x: x + 9, anchor: "start" },
  ] as const;
  const heights = [-7, 16, -21, 30, -35, 44];
  return heights.flatMap((dy) => (isLeftFirst ? sides : [...sides].reverse()).map((side) => ({ ...side, y: y + dy })));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const boxAround = (x: number, y: number): Box => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 });

/** About: the page's font is the reader's. */
function boxOf(label: string, { x, y, anchor }: Spot): Box {
  const width = label.length * 6.8;
  const left = anchor === "start" ? x : x - width;
  return { left, right: left + width, top: y - 10, bottom: y + 3 };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
