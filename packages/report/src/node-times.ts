import { significant } from "./format.ts";
import type { ModelProfile } from "./record.ts";

export const nodeTimeHeader = ["node", "operator", "provider", "time", "share"] as const;

/** The slowest nodes of a run as cells of a table, and all others in a last row. */
export function nodeTimeRows(
  { nodes, totalMs, nodeCount }: ModelProfile,
  most: number,
): readonly (readonly string[])[] {
  const ms = (time: number) => [`${significant(time)} ms`, `${((100 * time) / (totalMs || 1)).toFixed(1)} %`];
  const shown = nodes.slice(0, most);
  const rows = shown.map((each) => [each.node, each.op, providerName(each.provider), ...ms(each.ms)]);
  const others = (nodeCount ?? nodes.length) - shown.length;
  const rest = totalMs - shown.reduce((sum, each) => sum + each.ms, 0);
  return others > 0 ? [...rows, [`${others} others`, "", "", ...ms(Math.max(0, rest))]] : rows;
}

/** What a run on another device than the processor left to the processor, and what it copied between nodes. */
export function deviceRemarks({ fallbacks, transfers }: ModelProfile): readonly string[] {
  if (fallbacks === undefined) return [];
  const named = fallbacks.slice(0, 10).map(({ node, op }) => (node === "" ? op : `${op} ${node}`));
  const more = fallbacks.length > named.length ? ` and ${fallbacks.length - named.length} more` : "";
  return [
    fallbacks.length === 0
      ? "Every node ran on the device."
      : `On the processor ran ${fallbacks.length} of the nodes: ${named.join(", ")}${more}.`,
    transfers === undefined
      ? "No copies between nodes; the times of runs count copying inputs and outputs."
      : `${transfers.count} copies between nodes, ${significant(transfers.ms)} ms a run; the times of runs count them, and copying inputs and outputs.`,
    "The time of a node on a device may be only what handing it over takes: the wait shows in a copy, or in no node.",
  ];
}

/** "CPUExecutionProvider" → "CPU". */
function providerName(provider: string): string {
  return provider.replace(/ExecutionProvider$/, "");
}
