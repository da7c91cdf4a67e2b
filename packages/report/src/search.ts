import { formatBytes } from "./format.ts";
import type { RunRecord, SearchCandidate, SearchRecord, SearchRegion } from "./record.ts";
import { nodeList } from "./sensitivity.ts";

/** Every search of a run, in the order of its steps. */
export function searchesOf({ steps }: RunRecord): readonly SearchRecord[] {
  return steps.flatMap(({ notes }) => notes.flatMap(({ search }) => search ?? []));
}

/** What the numbers of the table are of. */
export function searchCaption({ metric, samples }: SearchRecord): string {
  const judged =
    metric === null
      ? "nothing, there is no data"
      : `${metric}, its loss (the most that it can be: 90 %) and agreement on ${samples} validation samples`;
  return `${judged}; time beside the float model that was searched on; size of the weights; → is the result`;
}

/** Titles of the cells of `searchRows`. */
export const searchHeader = ["tried", "metric", "lost (at most)", "agree", "time", "size"] as const;

/** A row for each candidate, the chosen one marked. */
export function searchRows({ candidates, metric }: SearchRecord): readonly (readonly string[])[] {
  return candidates.map((each) => [
    each.isChosen ? `→ ${each.label}` : each.label,
    valueText(metric, each.value),
    dropText(metric, each),
    each.agreement === null ? "–" : percent(each.agreement),
    timeText(each),
    formatBytes(each.sizeBytes),
  ]);
}

export const regionHeader = ["nodes", "float", "integer", "result"] as const;

/** The slowest first. */
export function regionRows({ regions }: SearchRecord, most: number): readonly (readonly string[])[] {
  const longest = ({ floatUs, integerUs }: SearchRegion) => Math.max(floatUs, integerUs);
  return [...regions]
    .sort((a, b) => longest(b) - longest(a))
    .slice(0, most)
    .map(({ nodes, floatUs, integerUs, isFloat }) => [
      nodeList(nodes),
      `${floatUs.toFixed(0)} µs`,
      `${integerUs.toFixed(0)} µs`,
      isFloat ? "float" : "integer",
    ]);
}

const isShare = (metric: string | null) => metric?.startsWith("accuracy") ?? false;
/** A share of the outputs' energy: orders of magnitude matter. */
export const noiseText = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function valueText(metric: string | null, value: number | null): string {
  if (value === null) return "–";
  if (metric === "noise") return noiseText(value);
  return isShare(metric) ? `${(100 * value).toFixed(2)} %` : value.toPrecision(4);
}

/** Accuracies in points. */
function dropText(metric: string | null, { drop, dropUpper }: SearchCandidate): string {
  if (drop === null || dropUpper === null) return "–";
  if (metric === "noise") return `${noiseText(drop)} (${noiseText(dropUpper)})`;
  const text = (x: number) => (isShare(metric) ? (100 * x).toFixed(2) : x.toPrecision(3));
  return `${text(drop)} (${text(dropUpper)})`;
}

function timeText({ time }: SearchCandidate): string {
  return time === null ? "–" : `× ${time.ratio.toFixed(3)}`;
}
