import { formatCount } from "@pare/report";
import type { NodeInspection, TargetInspection } from "./foresight.ts";
import { wrap } from "./text.ts";

/** A summary, then every node with what it would run as and, where that is float, why; at most `width` columns. */
export function foresightText(inspection: TargetInspection, width: number): string {
  const { target, summary, nodes, notes, otherNodes } = inspection;
  const macs = nodes.reduce((sum, node) => sum + (node.macs ?? 0), 0);
  const labelled = [
    ...summaryLines(inspection).map((line) => ["", line] as const),
    ...notes.map((note) => ["note: ", note] as const),
  ].flatMap(([label, line]) => wrap(label + line, width - 2).map((part) => `  ${part}`));
  const table = nodes.flatMap((node, i) => nodeLines(node, nodes[i - 1], macs, width));
  const rest = otherNodes > 0 ? [`${formatCount(otherNodes)} more nodes compute sizes and indices`] : [];
  return `${[...wrap(`on ${target}: ${summary}`, width), ...labelled, "", ...table, ...rest].join("\n")}\n`;
}

function summaryLines({ integerShare, nodes, conversions, folded }: TargetInspection): readonly string[] {
  const count = (kind: NodeInspection["kind"]) => nodes.filter((node) => node.kind === kind).length;
  const share = integerShare === null ? "" : `${percent(integerShare)} of the multiply-adds integer: `;
  const clips = folded > 0 ? `, ${formatCount(folded)} Relu and Clip in the grids` : "";
  return [
    `${share}${formatCount(count("integer"))} nodes integer, ${formatCount(count("moved"))} move codes, ${formatCount(count("float"))} float${clips}`,
    `${formatCount(conversions)} ${conversions === 1 ? "change" : "changes"} between floats and codes in a run`,
    "predicted, not proven: quantizing proves it where the target is at hand",
  ];
}

const kindWidth = 9;

/** A reason is said once for neighbours that share it. */
function nodeLines(node: NodeInspection, before: NodeInspection | undefined, all: number, width: number) {
  const { kind, kernel, reason, macs } = node;
  const share = macs === null || macs === 0 || all === 0 ? "" : percent(macs / all);
  const tail = `  ${kernel.padEnd(24)} ${share.padStart(7)}`;
  const room = Math.max(8, width - kindWidth - tail.length);
  const line = `${kind.padEnd(kindWidth)}${endOf(node.node, room).padEnd(room)}${tail}`.trimEnd();
  if (kind !== "float" || (before?.kind === "float" && before.reason === reason)) return [line];
  return [line, ...wrap(reason, width - kindWidth - 2).map((part) => `${" ".repeat(kindWidth + 2)}${part}`)];
}

/** Names of exporters differ at their end. */
function endOf(name: string, room: number): string {
  return name.length <= room ? name : `…${name.slice(name.length - room + 1)}`;
}

function percent(share: number): string {
  const value = 100 * share;
  if (value < 0.05) return "<0.1 %";
  return `${value > 99.95 ? "100" : value.toFixed(1)} %`;
}
