import type { ModelProfile, ModelRecord, RunRecord, TensorSize } from "../record.ts";
import { breakable, html, type Markup } from "./markup.ts";
import type { Series } from "./series.ts";
import { table } from "./table.ts";

/** A quantity of both models; undefined where only the other has it. */
export interface Pair {
  readonly label: string;
  readonly original: number | undefined;
  readonly result: number | undefined;
}

/** Pairs as a table whose numbers are drawn too. */
export function barTable(
  caption: string,
  what: string,
  pairs: readonly Pair[],
  format: (value: number) => string,
): Markup {
  const most = Math.max(...pairs.flatMap(({ original, result }) => [original ?? 0, result ?? 0]), Number.MIN_VALUE);
  const cell = (value: number | undefined, series: Series) =>
    value === undefined ? "–" : html`${format(value)}${bar(value / most, series)}`;
  const columns = [{ title: what }, { title: "original", isNumber: true }, { title: "result", isNumber: true }];
  return table(
    caption,
    columns,
    pairs.map(({ label, original, result }) => [
      html`<code>${breakable(label)}</code>`,
      cell(original, "original"),
      cell(result, "result"),
    ]),
    { named: 2 },
  );
}

/** A share of the widest bar, from 0 to 1. */
export function bar(share: number, series: Series): Markup {
  const width = Math.round(share * 1000) / 10;
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="${series}" width="${width}" height="6"/></svg>`;
}

const shown = 15;

/** The largest tensors of either model, and all others together. */
export function tensorPairs({ original, result }: RunRecord): readonly Pair[] {
  if (original.tensors === undefined || result.tensors === undefined) return [];
  const before = sizesByName(original.tensors);
  const stored = result.tensors.map((tensor) => ({ ...tensor, name: madeOf(tensor.name, before) }));
  const pairs = pairsOf(before, sizesByName(stored));
  const others = (model: ModelRecord, side: "original" | "result") =>
    model.weightBytes - pairs.reduce((sum, pair) => sum + (pair[side] ?? 0), 0);
  const rest = { label: "all others", original: others(original, "original"), result: others(result, "result") };
  return rest.original > 0 || rest.result > 0 ? [...pairs, rest] : pairs;
}

/** Codes and scales count with the weight that they stand for. */
function madeOf(name: string, original: ReadonlyMap<string, number>): string {
  if (original.has(name)) return name;
  const weight = name.replace(/_(q|quantized|u?int\d+|b?float16|scale|zero_point)(_\d+)?$/, "");
  return original.has(weight) ? weight : name;
}

/** Tensors of one name in several graphs count together. */
function sizesByName(tensors: readonly TensorSize[]): ReadonlyMap<string, number> {
  return sums(tensors.map(({ name, bytes }) => [name, bytes]));
}

/** Time by operator: the runtime's own names, since its graph has few of the model's. */
export function operatorPairs({ original, result }: RunRecord): readonly Pair[] {
  if (original.profile === undefined || result.profile === undefined) return [];
  const times = [original.profile, result.profile].map(timesByOperator);
  return pairsOf(times[0]!, times[1]!);
}

/**
 * Time by node, of nodes that keep their name (but for the layout that the runtime marks in it). Nothing where few do:
 * then rows beside each other would say nothing.
 */
export function nodePairs({ original, result }: RunRecord): readonly Pair[] {
  if (original.profile === undefined || result.profile === undefined) return [];
  const times = [original.profile, result.profile].map(({ nodes }) =>
    sums(nodes.map(({ node, ms }) => [node.replace(/_nchwc$/, ""), ms])),
  );
  const pairs = pairsOf(times[0]!, times[1]!);
  const kept = pairs.filter((pair) => pair.original !== undefined && pair.result !== undefined);
  return 2 * kept.length >= pairs.length ? pairs : [];
}

function timesByOperator({ nodes, totalMs }: ModelProfile): ReadonlyMap<string, number> {
  const rest = totalMs - nodes.reduce((sum, { ms }) => sum + ms, 0);
  const known = nodes.map(({ op, ms }) => [op, ms] as const);
  return sums(rest > totalMs * 0.001 ? [...known, ["all others", rest]] : known);
}

function sums(entries: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const [name, amount] of entries) all.set(name, (all.get(name) ?? 0) + amount);
  return all;
}

function pairsOf(original: ReadonlyMap<string, number>, result: ReadonlyMap<string, number>): readonly Pair[] {
  const labels = [...new Set([...original.keys(), ...result.keys()])];
  const pairs = labels.map((label) => ({ label, original: original.get(label), result: result.get(label) }));
  const most = ({ original: a = 0, result: b = 0 }: Pair) => Math.max(a, b);
  return pairs.sort((a, b) => most(b) - most(a)).slice(0, shown);
}
