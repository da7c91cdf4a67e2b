import { noiseMetric } from "@pare/measure";
import type { Judgement, Note } from "@pare/pass";
import {
  alignColumns,
  formatBytes,
  formatChange,
  noiseText,
  type SearchRecord,
  searchCaption,
  searchHeader,
  searchRows,
} from "@pare/report";
import { wrap } from "../inspect/text.ts";
import type { QuantizedFile } from "./quantize-file.ts";

export function quantizedText(result: QuantizedFile, { width, verbose }: { width: number; verbose: boolean }): string {
  const { file, out, nodesBefore, nodesAfter, sizeBytesBefore, sizeBytesAfter, judgement, time, notes } = result;
  const sizes = `${formatBytes(sizeBytesBefore)} → ${formatBytes(sizeBytesAfter)} (${formatChange(sizeBytesBefore, sizeBytesAfter)})`;
  const lines = [
    ...(judgement === undefined ? [] : [judgementLine(judgement)]),
    ...(time === undefined ? [] : [timeLine(time)]),
    ...notes.map((note) => noteLine(note, verbose)),
  ];
  const tables = notes.flatMap(({ search }) => (search === undefined ? [] : ["", ...searchLines(search, width)]));
  return [
    `${file} → ${out}: ${nodesBefore} → ${nodesAfter} nodes, ${sizes}`,
    ...lines.flatMap((line) => wrap(line, width - 4).map((part, i) => (i === 0 ? "  " : "    ") + part)),
    ...tables,
  ].join("\n");
}

/** 60 dB. */
const leastTold = 1e-6;

/** An accuracy in per cent; its loss in points, with what it may be at most (one-sided, 90 %). */
function judgementLine({ metric, samples, reference, value, drop, dropUpper, agreement, snrDb }: Judgement): string {
  const same = agreement === undefined ? `outputs at ${snrDb.toFixed(1)} dB` : `${percent(agreement)} agree with it`;
  if (metric === noiseMetric) {
    const own =
      reference > leastTold ? ` (the original's own noise: ${(-10 * Math.log10(reference)).toFixed(1)} dB)` : "";
    const text = (share: number) => noiseText(Math.max(0, share));
    const share = `${text(drop)} of their energy is noise, at most ${text(dropUpper)} (90 %)`;
    return `outputs at ${snrDb.toFixed(1)} dB to the original's on ${samples} validation samples${own}: ${share}`;
  }
  const isShare = metric.startsWith("accuracy");
  const text = (x: number) => (isShare ? percent(x) : x.toPrecision(4));
  const points = (x: number) => (isShare ? `${(100 * x).toFixed(2)} points` : x.toPrecision(3));
  const change = drop < 0 ? `${points(-drop)} gained` : `${points(drop)} lost`;
  const bound =
    dropUpper < 0 ? `at least ${points(-dropUpper)}` : `at most ${points(dropUpper)}${drop < 0 ? " lost" : ""}`;
  return `${metric} ${text(reference)} → ${text(value)} on ${samples} validation samples: ${change}, ${bound} (90 %); ${same}`;
}

function timeLine({ value, low, high }: NonNullable<QuantizedFile["time"]>): string {
  const range = `${low.toFixed(3)} to ${high.toFixed(3)}`;
  const verdict = low <= 1 && high >= 1 ? "no difference that shows" : `${(1 / value).toFixed(2)} times as fast`;
  return `time × ${value.toFixed(3)} (${range}) of the original's on this machine: ${verdict}`;
}

/** The table of what was tried; labels are cut to what is left of the width. */
function searchLines(search: SearchRecord, width: number): readonly string[] {
  const rows = [[...searchHeader], ...searchRows(search).map((row) => [...row])];
  const others = alignColumns(rows.map((row) => row.slice(1))).map((line) => line.length);
  const room = Math.max(16, width - 2 - Math.max(...others) - 2);
  const table = alignColumns(rows.flatMap(([label = "", ...cells]) => labelled(label, cells, room)));
  return [...table, "", ...wrap(`Judged by ${searchCaption(search)}.`, width)];
}

/** A long label goes on in rows of its own. */
function labelled(label: string, cells: readonly string[], room: number): readonly (readonly string[])[] {
  return wrap(label, room).map((part, i) => (i === 0 ? [part, ...cells] : [`  ${part}`]));
}

function noteLine({ kind, text, subjects = [] }: Note, verbose: boolean): string {
  const names = verbose && subjects.length > 0 ? ` (${subjects.join(", ")})` : "";
  return `${kind === "left" ? "left alone: " : ""}${text}${names}`;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
