import { markedCellError } from "../errors.ts";
import type { ColumnCode, TableRoles } from "./encoder.ts";
import type { Column, Table } from "./read-table.ts";

/** What people write where a number is missing. */
const marker = /^(|na|n\/a|<na>|#n\/a|null|none|nan|missing|\?|-|--|\.)$/i;

/**
 * A column of numbers in which some cells say that there is none ("NA", "?", "-") is one of numbers with gaps. Columns that
 * are names of things stay as they are, and so does the target of a classification.
 */
export function withGaps(table: Table, roles: TableRoles): Table {
  const { target, task, group, categorical = [], ignore = [] } = roles;
  const kept = [...categorical, ...ignore, ...(group === undefined ? [] : [group])];
  if (task === "classification") kept.push(target);
  return {
    ...table,
    columns: table.columns.map((column) => (kept.includes(column.name) ? column : numbersIn(column))),
  };
}

function numbersIn(column: Column): Column {
  if (column.kind === "number") return column;
  const { name, values } = column;
  const numbers = new Float64Array(values.length);
  let known = 0;
  for (const [row, cell] of values.entries()) {
    const isGap = cell === undefined || marker.test(cell);
    numbers[row] = isGap ? Number.NaN : numberOf(cell);
    if (isGap) continue;
    if (Number.isNaN(numbers[row])) return column;
    known++;
  }
  return known === 0 ? column : { name, kind: "number", values: numbers };
}

/** Of decimal notation; Number reads "" and "0x1f" too. */
const numberOf = (cell: string) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN);

/**
 * The column as its code reads it: where training found numbers, numbers.
 * @throws DATA_COLUMN for the first cell that is none
 */
export function columnFor(code: ColumnCode, column: Column, table: string): Column {
  if (code.kind !== "number" || column.kind === "number") return column;
  const { name, values } = column;
  const numbers = values.map((cell) => (cell === undefined || marker.test(cell) ? Number.NaN : numberOf(cell)));
  const odd = numbers.findIndex((value, row) => Number.isNaN(value) && !marker.test(values[row] ?? ""));
  if (odd !== -1) throw markedCellError(`row ${odd + 1} of ${table}`, name, values[odd]!);
  return { name, kind: "number", values: Float64Array.from(numbers) };
}
