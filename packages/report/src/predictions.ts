import type { ModelRecord, OutcomeColumn, RunRecord } from "./record.ts";

/** Samples of one class that a model took for another, or that it got right. */
export interface Confusion {
  readonly label: string;
  readonly prediction: string;
  readonly count: number;
}

/** Every pair of label and prediction that occurs, from the matrix of the record or from its outcomes. */
export function confusionsOf({ confusion, outcomes }: ModelRecord): readonly Confusion[] {
  if (confusion !== undefined)
    return confusion.counts.flatMap((row, i) =>
      row.flatMap((count, j) =>
        count === 0 ? [] : [{ label: confusion.classes[i]!, prediction: confusion.classes[j]!, count }],
      ),
    );
  const { labels, predictions } = outcomes?.columns ?? {};
  const classes = outcomes?.classes;
  if (classes === undefined || labels === undefined || predictions === undefined) return [];
  const [wanted, said] = [columnValues(labels), columnValues(predictions)];
  const counts = new Map<string, Confusion>();
  for (const [i, label] of wanted.entries()) {
    const prediction = classes[said[i]!];
    if (prediction === undefined) continue;
    const key = `${label} ${said[i]}`;
    counts.set(key, { label: classes[label]!, prediction, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** How many samples each of the models got right. */
export interface RightCounts {
  readonly both: number;
  readonly original: number;
  readonly result: number;
  readonly neither: number;
}

/** Undefined where the two models were not evaluated on the same labelled samples. */
export function rightCounts({ original, result }: RunRecord): RightCounts | undefined {
  const [before, after] = [original.outcomes, result.outcomes];
  if (before?.samplesSha256 === undefined || before.samplesSha256 !== after?.samplesSha256) return undefined;
  const columns = [before.columns.labels, before.columns.predictions, after.columns.predictions];
  const [labels, first, second] = columns.map((column) => column && columnValues(column));
  if (labels === undefined || first === undefined || second === undefined) return undefined;
  const counts = { both: 0, original: 0, result: 0, neither: 0 };
  for (const [i, label] of labels.entries()) {
    const [a, b] = [first[i] === label, second[i] === label];
    counts[a && b ? "both" : a ? "original" : b ? "result" : "neither"]++;
  }
  return counts;
}

const readers: Readonly<
  Record<OutcomeColumn["type"], readonly [bytes: number, (view: DataView, at: number) => number]>
> = {
  uint8: [1, (view, at) => view.getUint8(at)],
  int16: [2, (view, at) => view.getInt16(at, true)],
  int32: [4, (view, at) => view.getInt32(at, true)],
  float32: [4, (view, at) => view.getFloat32(at, true)],
};

/** Elements of a column; none where it cannot be read. */
export function columnValues({ type, base64 }: OutcomeColumn): readonly number[] {
  const [bytes, read] = readers[type];
  const view = new DataView(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
  return Array.from({ length: Math.floor(view.byteLength / bytes) }, (_, i) => read(view, i * bytes));
}
