import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { columnMissingError, emptyTableError, encodingError, lineEndError, tableReadError } from "../errors.ts";
import { fileStat } from "../files/file-set.ts";
import { findOtherLineEnd } from "./line-ends.ts";
import { findRaggedRow } from "./ragged.ts";

export interface TableFile {
  /** CSV, TSV, JSONL or Parquet, by its ending. */
  readonly path: string;
  /** CSV and TSV: whether the first line has the columns' names. Default: true, unless `columns` are given. */
  readonly header?: boolean | undefined;
  /** CSV and TSV: the columns' names. */
  readonly columns?: readonly string[] | undefined;
  /** CSV and TSV. Default: comma, in .tsv a tab. */
  readonly delimiter?: string | undefined;
}

export type Column =
  | { readonly name: string; readonly kind: "number" /** NaN where there is none. */; readonly values: Float64Array }
  | { readonly name: string; readonly kind: "text"; readonly values: readonly (string | undefined)[] };

export interface Table {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/**
 * A whole table. A column is numbers where all its cells are; dates, yes and no are text. Text loses the spaces around it.
 * @throws DATA_MISSING, DATA_FILE, DATA_TEXT, DATA_TABLE (with the line of a row that is too short or too long), DATA_EMPTY
 */
export async function readTable(file: TableFile): Promise<Table> {
  if (fileStat(file.path).size === 0) throw emptyTableError(file.path);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const settings = { threads: "2", autoinstall_known_extensions: "false", autoload_known_extensions: "false" };
  const instance = await DuckDBInstance.create(":memory:", settings);
  const connection = await instance.connect();
  try {
    const source = sourceOf(file);
    const described = await connection.runAndReadAll(`describe select * from ${source}`);
    const kinds = described.getRows().map(([name, type]) => ({
      ...{ name: String(name), isNumber: isNumber(String(type)), isJson: type === "JSON" },
    }));
    const selected = kinds.map(select);
    const result = await connection.stream(`select ${selected.join(", ")} from ${source}`);
    const parts: unknown[][] = kinds.map(() => []);
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      for (const [i, values] of chunk.getColumns().entries()) for (const value of values) parts[i]!.push(value);
    const rows = parts[0]?.length ?? 0;
    if (rows === 0) throw emptyTableError(file.path);
    const columns = kinds.map(({ name, isNumber }, i) => columnOf(name, isNumber, parts[i]!));
    return { name: basename(file.path), rows, columns };
  } catch (cause) {
    throw describeFault(file, cause);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const isNumber = (type: string) => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type);

function select({ name, isNumber, isJson }: { name: string; isNumber: boolean; isJson: boolean }): string {
  const column = identifier(name);
  if (isNumber) return `cast(${column} as double) as ${column}`;
  // Texts among numbers, without their quotes.
  return `trim(${isJson ? `${column} ->> '$'` : `cast(${column} as varchar)`}) as ${column}`;
}

export function delimiterOf({ path, delimiter }: TableFile): string {
  return delimiter ?? (/\.tsv$/i.test(path) ? "\t" : ",");
}

/** Tab-separated text knows no quotes. */
export const quoteOf = (delimiter: string) => (delimiter === "\t" ? "" : '"');

function sourceOf(file: TableFile): string {
  const { path, columns, header = columns === undefined } = file;
  if (/\.parquet$/i.test(path)) return `read_parquet(${quoted(path)})`;
  if (/\.(jsonl|ndjson)$/i.test(path)) return `read_json(${quoted(path)}, format = 'newline_delimited')`;
  const delimiter = delimiterOf(file);
  const quote = quoted(quoteOf(delimiter));
  const names = columns === undefined ? "" : `, names = [${columns.map(quoted).join(", ")}]`;
  const dialect = `delim = ${quoted(delimiter)}, quote = ${quote}, escape = ${quote}, header = ${header}, skip = 0`;
  const types = "sample_size = -1, auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR']";
  return `read_csv(${quoted(path)}, ${dialect}, ${types}${names})`;
}

function columnOf(name: string, isNumber: boolean, values: readonly unknown[]): Column {
  if (isNumber)
    return { name, kind: "number", values: Float64Array.from(values, (v) => (v === null ? Number.NaN : Number(v))) };
  return { name, kind: "text", values: values.map((v) => (v === null ? undefined : String(v))) };
}

function describeFault(file: TableFile, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name === "PareError") return cause;
  const { path } = file;
  if (/\.parquet$/i.test(path)) return tableReadError(path, undefined, cause);
  const bytes = readFileSync(path);
  if (!isUtf8(bytes)) return encodingError(path, brokenLine(bytes));
  if (/\.(jsonl|ndjson)$/i.test(path)) return tableReadError(path, undefined, cause);
  const [text, delimiter] = [bytes.toString("utf8"), delimiterOf(file)];
  const quote = quoteOf(delimiter);
  const ends = findOtherLineEnd(text, quote);
  if (ends !== undefined) return lineEndError(path, ...ends);
  return tableReadError(path, findRaggedRow(text, delimiter, quote), cause);
}

/** The first line, from 1, that is not UTF-8. */
function brokenLine(bytes: Buffer): number {
  let [start, line] = [0, 1];
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    [start, line] = [end + 1, line + 1];
  }
  return line;
}

/** @throws DATA_COLUMN */
export function columnNamed({ name: table, columns }: Table, name: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found === undefined)
    throw columnMissingError(
      table,
      name,
      columns.map((column) => column.name),
    );
  return found;
}
