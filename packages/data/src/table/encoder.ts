import { emptyColumnError, oneClassTableError, targetValueError, unknownClassError } from "../errors.ts";
import { type Column, columnNamed, type Table } from "./read-table.ts";

/** What the columns are for. Columns that are named nowhere are features. */
export interface TableRoles {
  readonly target: string;
  /** Default: classification where the target is text, regression where it is a number. */
  readonly task?: "classification" | "regression" | undefined;
  /** Numbers that are names of things. Text always is. */
  readonly categorical?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  /** Rows with one value here stay in one split; it is no feature. */
  readonly group?: string | undefined;
  /** "onehot": a column of 0 and 1 for each category. "index": the category's rank. Default "onehot". */
  readonly encoding?: "onehot" | "index" | undefined;
  /** Numbers to mean 0 and variance 1. Default true. */
  readonly standardise?: boolean | undefined;
}

/** How one column becomes numbers; found on training rows only. */
export type ColumnCode =
  | {
      readonly kind: "number";
      readonly name: string;
      readonly mean: number;
      readonly std: number;
      readonly missing: number;
    }
  | {
      readonly kind: "category";
      readonly name: string;
      readonly categories: readonly string[];
      readonly isOneHot: boolean;
    };

export interface Encoder {
  readonly codes: readonly ColumnCode[];
  /** Numbers in the feature vector. */
  readonly width: number;
  /** Empty for regression. */
  readonly classes: readonly string[];
}

/**
 * Categories are sorted by text; their order and the numbers' mean and deviation come from `rows` alone.
 * @throws DATA_COLUMN, DATA_EMPTY for a column without a value, DATA_CLASSES where all rows are of one class
 */
export function fitEncoder(table: Table, roles: TableRoles, rows: readonly number[]): Encoder {
  for (const name of [...(roles.categorical ?? []), ...(roles.ignore ?? [])]) columnNamed(table, name);
  const target = columnNamed(table, roles.target);
  const skipped = [roles.target, ...(roles.ignore ?? []), ...(roles.group === undefined ? [] : [roles.group])];
  const features = table.columns.filter(({ name }) => !skipped.includes(name));
  const empty = features.find((column) => rows.every((row) => cellText(column, row) === undefined));
  if (empty !== undefined) throw emptyColumnError(`"${empty.name}" in ${table.name}`);
  const codes = features.map((column) => fitColumn(column, roles, rows));
  const isClass = (roles.task ?? (target.kind === "text" ? "classification" : "regression")) === "classification";
  const classes = isClass ? categoriesOf(target, rows) : [];
  if (isClass && classes.length < 2) throw oneClassTableError(`${roles.target} in ${table.name}`, classes);
  return { codes, width: codes.reduce((sum, code) => sum + widthOf(code), 0), classes };
}

export function widthOf(code: ColumnCode): number {
  return code.kind === "category" && code.isOneHot ? code.categories.length : 1;
}

function fitColumn(column: Column, roles: TableRoles, rows: readonly number[]): ColumnCode {
  const { name } = column;
  if (column.kind === "text" || roles.categorical?.includes(name))
    return { kind: "category", name, categories: categoriesOf(column, rows), isOneHot: roles.encoding !== "index" };
  const known = rows.map((row) => column.values[row]!).filter((value) => !Number.isNaN(value));
  const average = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  if (roles.standardise === false) return { kind: "number", name, mean: 0, std: 1, missing: average };
  const variance = known.reduce((sum, value) => sum + (value - average) ** 2, 0) / Math.max(1, known.length);
  return { kind: "number", name, mean: average, std: variance > 0 ? Math.sqrt(variance) : 1, missing: average };
}

/** Distinct values of a whole column, as `categoriesOf`. */
export function columnText(column: Column): readonly string[] {
  return categoriesOf(
    column,
    Array.from({ length: column.values.length }, (_, row) => row),
  );
}

/** Sorted: numbers by size, text by code unit. */
function categoriesOf(column: Column, rows: readonly number[]): readonly string[] {
  const distinct = new Set(rows.flatMap((row) => cellText(column, row) ?? []));
  return column.kind === "number" ? [...distinct].sort((a, b) => Number(a) - Number(b)) : [...distinct].sort();
}

export function cellText(column: Column, row: number): string | undefined {
  if (column.kind === "text") return column.values[row];
  const value = column.values[row]!;
  return Number.isNaN(value) ? undefined : `${value}`;
}

/**
 * The row's features; `columns` are those of the encoder's codes, in their order.
 * A category that the training rows did not have: all zeros, or as index the number of categories. Missing likewise.
 */
export function encodeRow(encoder: Encoder, columns: readonly Column[], row: number): Float32Array {
  const out = new Float32Array(encoder.width);
  let at = 0;
  for (const [i, code] of encoder.codes.entries()) {
    const column = columns[i]!;
    if (code.kind === "number") {
      const value = column.kind === "number" ? column.values[row]! : Number.NaN;
      out[at] = ((Number.isNaN(value) ? code.missing : value) - code.mean) / code.std;
    } else {
      const rank = code.categories.indexOf(cellText(column, row) ?? "");
      if (!code.isOneHot) out[at] = rank < 0 ? code.categories.length : rank;
      else if (rank >= 0) out[at + rank] = 1;
    }
    at += widthOf(code);
  }
  return out;
}

/** @throws DATA_CLASSES for a class that the training rows did not have; DATA_TARGET for a missing value */
export function encodeTarget({ classes }: Encoder, column: Column, row: number, table: string): number {
  const place = `row ${row + 1} of ${table}`;
  if (classes.length === 0) {
    const value = column.kind === "number" ? column.values[row]! : Number.NaN;
    if (Number.isNaN(value)) throw targetValueError(place, column.name, cellText(column, row));
    return value;
  }
  const text = cellText(column, row);
  const rank = text === undefined ? -1 : classes.indexOf(text);
  if (rank < 0) throw unknownClassError(place, text, classes);
  return rank;
}
