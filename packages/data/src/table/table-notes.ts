import type { DatasetNote } from "../dataset.ts";
import { cellText, type Encoder } from "./encoder.ts";
import type { Column } from "./read-table.ts";

/** Columns and rows that a note names. */
const named = 5;

interface Cell {
  readonly column: string;
  readonly row: number;
  /** Undefined where it is empty. */
  readonly text: string | undefined;
}

/** Cells of these rows that have no number or category to be encoded as. `columns` are those of the encoder's codes. */
export function tableNotes(
  encoder: Encoder,
  columns: readonly Column[],
  rows: readonly number[],
): readonly DatasetNote[] {
  const cells = { missing: [] as Cell[], empty: [] as Cell[], unseen: [] as Cell[] };
  for (const [i, code] of encoder.codes.entries()) {
    const [column, name] = [columns[i]!, code.name];
    if (code.kind === "number") {
      for (const row of rows)
        if (Number.isNaN(column.values[row])) cells.missing.push({ column: name, row, text: undefined });
      continue;
    }
    const known = new Set(code.categories);
    for (const row of rows) {
      const text = cellText(column, row);
      if (text === undefined) cells.empty.push({ column: name, row, text });
      else if (!known.has(text)) cells.unseen.push({ column: name, row, text });
    }
  }
  const isOneHot = encoder.codes.every((code) => code.kind === "number" || code.isOneHot);
  const become = isOneHot ? "zeros in every category" : "an index after the last category's";
  return [
    ...note(cells.missing, "without a number", "filled in with the mean of the training data"),
    ...note(cells.empty, "without a category", `encoded as ${become}`),
    ...note(cells.unseen, "with a category that the training data does not have", `encoded as ${become}`),
  ];
}

function note(cells: readonly Cell[], what: string, become: string): readonly DatasetNote[] {
  const [first] = cells;
  if (first === undefined) return [];
  const counts = new Map<string, number>();
  for (const { column } of cells) counts.set(column, (counts.get(column) ?? 0) + 1);
  const columns = [...counts].slice(0, named).map(([name, count]) => `${count} in "${name}"`);
  const count = cells.length;
  const example = first.text === undefined ? "" : `; ${JSON.stringify(first.text)} in row ${first.row + 1}, for one`;
  const text =
    `${count} ${count === 1 ? "cell" : "cells"} ${what} ${count === 1 ? "is" : "are"} ${become}: ` +
    `${columns.join(", ")}${counts.size > named ? ", …" : ""}${example}`;
  const examples = [...new Set(cells.map(({ row }) => `${row + 1}`))].slice(0, named);
  return [{ text, count, examples }];
}
