import type { Judgement, Note } from "@pare/pass";
import { formatBytes, formatChange } from "@pare/report";
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
  return [
    `${file} → ${out}: ${nodesBefore} → ${nodesAfter} nodes, ${sizes}`,
    ...lines.flatMap((line) => wrap(line, width - 4).map((part, i) => (i === 0 ? "  " : "    ") + part)),
  ].join("\n");
}

/** An accuracy in per cent; its loss in points, with what it may be at most (one-sided, 90 %). */
function judgementLine({ metric, samples, reference, value, drop, dropUpper, agreement, snrDb }: Judgement): string {
  const same = agreement === undefined ? `outputs at ${snrDb.toFixed(1)} dB` : `${percent(agreement)} agree with it`;
  if (metric === "agreement") return `on ${samples} samples ${same} (the original's outputs; no labels)`;
  const isShare = metric.startsWith("accuracy");
  const text = (x: number) => (isShare ? percent(x) : x.toPrecision(4));
  const points = (x: number) => (isShare ? `${(100 * x).toFixed(2)} points` : x.toPrecision(3));
  return `${metric} ${text(reference)} → ${text(value)} on ${samples} validation samples: ${points(drop)} lost, at most ${points(dropUpper)} (90 %); ${same}`;
}

function timeLine({ value, low, high }: NonNullable<QuantizedFile["time"]>): string {
  const range = `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return `time × ${value.toFixed(3)} (${range}) of the original's on this machine: ${(1 / value).toFixed(2)} times as fast`;
}

function noteLine({ kind, text, subjects = [] }: Note, verbose: boolean): string {
  const names = verbose && subjects.length > 0 ? ` (${subjects.join(", ")})` : "";
  return `${kind === "left" ? "left alone: " : ""}${text}${names}`;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
