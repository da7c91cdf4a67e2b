import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { Unit } from "../record.ts";
import { html, type Markup, type Part } from "./markup.ts";

/**
 * Static SVG charts: no script, colours from the page's style sheet so that they follow light and dark, text that
 * stays readable at the width of a phone.
 */
export const size = { width: 440, height: 290 } as const;
const margin = { top: 30, right: 26, bottom: 42, left: 54 } as const;

export type Range = readonly [low: number, high: number];

export interface Axis {
  readonly label: string;
  readonly range: Range;
  readonly format: (value: number) => string;
}

export interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

export interface ChartSpec {
  readonly x: Axis;
  readonly y: Axis;
  /** For those who do not see it: what the chart says, in a sentence. */
  readonly title: string;
  readonly description: string;
}

/** Axes with their labels and grid, and the marks that `draw` gives within them. */
export function chart(spec: ChartSpec, draw: (scales: Scales) => Part): Markup {
  const x = scaleLinear(spec.x.range, [margin.left, size.width - margin.right]).nice(5);
  const y = scaleLinear(spec.y.range, [size.height - margin.bottom, margin.top]).nice(5);
  return html`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${`${spec.title}. ${spec.description}`}">
${xAxis(x, spec.x)}${yAxis(y, spec.y)}${draw({ x, y })}</svg>`;
}

function xAxis(scale: ScaleLinear<number, number>, { label, format }: Axis): Markup {
  const bottom = size.height - margin.bottom;
  const ticks = readableTicks(scale, format).map(
    (
      tick,
    ) => html`<line class="grid" x1="${px(scale(tick))}" x2="${px(scale(tick))}" y1="${margin.top}" y2="${bottom}"/>
<text class="tick" x="${px(scale(tick))}" y="${bottom + 16}" text-anchor="middle">${format(tick)}</text>`,
  );
  const middle = (margin.left + size.width - margin.right) / 2;
  return html`${ticks}<text class="axis" x="${middle}" y="${size.height - 6}" text-anchor="middle">${label}</text>`;
}

/** As many as stand beside each other with room between them. */
function readableTicks(scale: ScaleLinear<number, number>, format: Axis["format"]): readonly number[] {
  const counts = [5, 4, 3, 2].map((count) => scale.ticks(count));
  const fits = (ticks: readonly number[]) => {
    const [first = 0, second = Infinity] = ticks.map(scale);
    return second - first >= Math.max(...ticks.map((tick) => format(tick).length)) * 7 + 10;
  };
  return counts.find(fits) ?? counts.at(-1)!;
}

function yAxis(scale: ScaleLinear<number, number>, { label, format }: Axis): Markup {
  const ticks = scale.ticks(5).map(
    (
      tick,
    ) => html`<line class="grid" x1="${margin.left}" x2="${size.width - margin.right}" y1="${px(scale(tick))}" y2="${px(scale(tick))}"/>
<text class="tick" x="${margin.left - 6}" y="${px(scale(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
  );
  return html`${ticks}<text class="axis" x="4" y="15">${label}</text>`;
}

/** The shortest form of a tick's value: 0.5, not 0.500. */
export const tickText = (value: number): string => String(Number(value.toPrecision(4)));

/** Ratios as per cent, everything else as it is. */
export const quantityTick = (unit: Unit) => (value: number) =>
  unit === "ratio" ? `${tickText(value * 100)} %` : tickText(value);

/** A tenth of a pixel is enough. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** From the least to the most, and a share of that more on each side. */
export function padded(values: readonly number[], share = 0.12): Range {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const pad = high > low ? (high - low) * share : Math.abs(high) * 0.1 || 1;
  return [low - pad, high + pad];
}
