/**
 * Grids that do not fit what a model computes on calibration data.
 *
 * A grid of 256 levels that reaches a few far outliers leaves few levels to the mass of the values; one that is narrower
 * than the values cuts them off; a value that is always the same says nothing.
 */
import type { Histogram, Statistics } from "@pare/pass";
import { edgeOf, totalOf } from "../calibrate/bins.ts";
import type { Finding } from "./finding.ts";
import type { ActivationGrid } from "./grids.ts";

/** Share of the values that is called their mass. */
const mass = 0.999;
/** The mass on fewer levels than this is too coarse. */
const fewLevels = 24;
/** More than this share beyond the ends of a grid is cut off by mistake, not by choice. */
const muchClipped = 0.02;

export function rangeFindings(
  grids: readonly ActivationGrid[],
  statistics: ReadonlyMap<string, Statistics>,
): readonly Finding[] {
  const known = grids.flatMap((grid) => {
    const found = statistics.get(grid.value);
    return found === undefined ? [] : [{ grid, found }];
  });
  const broken = known.filter(({ found }) => found.nonFinite > 0);
  const dead = known.filter(({ found }) => found.nonFinite === 0 && found.min === found.max);
  const measured = known.flatMap(({ grid, found }) =>
    found.histogram === undefined || found.min === found.max ? [] : [measure(grid, found.histogram)],
  );
  const coarse = measured.filter(({ levels }) => levels < fewLevels).sort((a, b) => a.levels - b.levels);
  const clipped = measured.filter(({ outside }) => outside > muchClipped).sort((a, b) => b.outside - a.outside);
  return [
    ...findingOf("not-finite", broken, `NaN or infinity on calibration data in`, names(broken), undefined),
    ...findingOf("dead", dead, `always the same number:`, names(dead), undefined),
    ...findingOf(
      "outlier",
      coarse,
      `outliers take the range: 99.9 % of the numbers lie on ${coarse[0]?.levels.toFixed(0)} of 256 levels in`,
      coarse.map(({ value }) => value),
      { options: { calibrate: "mse" } },
    ),
    ...findingOf(
      "clipping",
      clipped,
      `the range cuts off ${((clipped[0]?.outside ?? 0) * 100).toFixed(1)} % of the numbers in`,
      clipped.map(({ value }) => value),
      { options: { calibrate: "minmax" } },
    ),
  ];
}

function names(known: readonly { readonly grid: ActivationGrid }[]): readonly string[] {
  return known.map(({ grid }) => grid.value);
}

function findingOf(
  cause: Finding["cause"],
  found: readonly unknown[],
  text: string,
  subjects: readonly string[],
  cure: Finding["cure"],
): readonly Finding[] {
  return found.length === 0 ? [] : [{ cause, text: `${text} ${found.length} values`, subjects, cure }];
}

interface Measured {
  readonly value: string;
  /** Levels of the grid that the mass of the values lies on. */
  readonly levels: number;
  /** Share of the values beyond the ends of the grid. */
  readonly outside: number;
}

function measure({ value, low, high, scale }: ActivationGrid, histogram: Histogram): Measured {
  const total = totalOf(histogram);
  const tail = (total * (1 - mass)) / 2;
  const first = edgeOf(histogram, binAt(histogram, tail));
  const last = edgeOf(histogram, binAt(histogram, total - tail) + 1);
  const isInside = (bin: number) => edgeOf(histogram, bin + 1) >= low - scale && edgeOf(histogram, bin) <= high + scale;
  const outside = histogram.counts.reduce((sum, count, bin) => sum + (isInside(bin) ? 0 : count), 0) / total;
  return { value, levels: (Math.min(last, high) - Math.max(first, low)) / scale, outside };
}

/** The bin in which the sum of all counts up to it reaches a number. */
function binAt({ counts }: Histogram, wanted: number): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    sum += counts[bin]!;
    if (sum >= wanted && counts[bin]! > 0) return bin;
  }
  return counts.length - 1;
}
