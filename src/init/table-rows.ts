import { closeSync, openSync, readSync } from "node:fs";

export interface FirstRows {
  readonly columns: readonly string[];
  /** Whether the file names its columns; else they are named here: x1, x2, …, target. */
  readonly hasHeader: boolean;
  readonly rows: readonly (readonly string[])[];
}

const headBytes = 256 * 1024;

/** The first lines of a CSV, TSV or JSONL file, good enough for a guess. Undefined for other kinds. */
export function firstRows(path: string): FirstRows | undefined {
  if (/\.parquet$/i.test(path)) return undefined;
  const lines = firstLines(path);
  if (/\.jsonl$/i.test(path)) {
    const rows = lines.flatMap(parsed);
    const columns = Object.keys(rows[0] ?? {});
    return { columns, hasHeader: true, rows: rows.map((row) => columns.map((name) => String(row[name] ?? ""))) };
  }
  const delimiter = /\.tsv$/i.test(path) ? "\t" : ",";
  const [first = [], ...others] = lines.map((line) => cells(line, delimiter));
  const isNumber = (cell: string) => cell !== "" && Number.isFinite(Number(cell));
  const hasHeader = !first.some(isNumber) && new Set(first).size === first.length;
  if (hasHeader && (first.length > 1 || others.length > 0) && looksNamed(first, others))
    return { columns: first, hasHeader, rows: others };
  const columns = first.map((_, i) => (i === first.length - 1 ? "target" : `x${i + 1}`));
  return { columns, hasHeader: false, rows: [first, ...others] };
}

/** Names are short, and at least one column below is of another kind: numbers, or words that come again. */
function looksNamed(first: readonly string[], rows: readonly (readonly string[])[]): boolean {
  if (first.some((cell) => cell.length > 64 || cell === "")) return false;
  return first.every((name, i) => rows.every((row) => row[i] !== name));
}

function firstLines(path: string): readonly string[] {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(headBytes);
    const length = readSync(file, bytes, 0, headBytes, 0);
    const lines = bytes.toString("utf8", 0, length).split(/\r?\n/);
    // The last line may be cut off.
    return (length === headBytes ? lines.slice(0, -1) : lines).filter((line) => line.trim() !== "").slice(0, 500);
  } finally {
    closeSync(file);
  }
}

function cells(line: string, delimiter: string): readonly string[] {
  const pattern = new RegExp(`(?:^|${delimiter})(?:"((?:[^"]|"")*)"|([^${delimiter}]*))`, "g");
  return [...line.matchAll(pattern)].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? "").trim());
}

type Row = Readonly<Record<string, unknown>>;

/** A list, so that a line that cannot be read is none. */
function parsed(line: string): readonly Row[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? [{ ...value }] : [];
  } catch {
    return [];
  }
}
