import type { RunRecord } from "./record.ts";

/**
 * A record as the text of `record.json`. JSON has no word for what is no finite number: NaN is written as null, the
 * infinities as "Infinity" and "-Infinity". `readRecord` gives them back.
 */
export function recordText(record: RunRecord): string {
  const write = (_: string, value: unknown) => (value === Infinity || value === -Infinity ? String(value) : value);
  return `${JSON.stringify(record, write, 2)}\n`;
}
