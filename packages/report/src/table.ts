import type { RunRecord } from "./record.ts";
import { comparisonRows } from "./rows.ts";

/** Rows of cells as aligned columns: the first to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
}

/**
 * Aligned columns within `width` where that can be: else what stands in brackets behind a value, "80.20 % (79.41 to
 * 80.97)", goes below it.
 */
export function fitColumns(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const whole = alignColumns(rows);
  return whole.every((line) => line.length <= width) ? whole : alignColumns(rows.flatMap(splitBrackets));
}

/** ["p50", "0.57 ms (0.5 to 0.6)", …] → a row of values and below it a row of what was in brackets. */
function splitBrackets(cells: readonly string[]): readonly (readonly string[])[] {
  const parts = cells.map((cell, i) => (i === 0 ? null : /^(.*?) (\(.*\).*)$/.exec(cell)));
  if (parts.every((part) => part === null)) return [cells];
  return [cells.map((cell, i) => parts[i]?.[1] ?? cell), parts.map((part) => part?.[2] ?? "")];
}

/** The comparison for a terminal, at most `width` columns. A pure function of the record. */
export function renderTable(record: RunRecord, width = 80): string {
  const rows = comparisonRows(record).map((row) => [row.label, row.original, row.result, row.change]);
  return framed(fitColumns([["", "original", "result", "change"], ...rows], width));
}

function framed(lines: readonly string[]): string {
  const rule = "─".repeat(Math.max(...lines.map((line) => line.length)));
  return `${[lines[0], rule, ...lines.slice(1)].join("\n")}\n`;
}
