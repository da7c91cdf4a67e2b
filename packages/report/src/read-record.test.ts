import { expect, test } from "vitest";
import { fullRecord, record } from "../testing/example-record.ts";
import { readRecord } from "./read-record.ts";
import { recordText } from "./record-text.ts";

test("a record comes back whole, with fields that this version does not know", async () => {
  const later = { ...fullRecord, later: { x: 1 } };
  expect(await readRecord(JSON.stringify(later), "record.json")).toEqual(later);
});

test.each([
  ["{", /^RECORD_UNREADABLE at r\.json: this is not the record of a run: /],
  ["[]", /it does not start with "format": "pare-record"/],
  ["null", /it does not start with/],
  [JSON.stringify({ ...record, version: 2 }), /^RECORD_VERSION at r\.json: .* \(expected 1, got 2\)\./],
  [
    JSON.stringify({ ...record, steps: [{ name: "x" }] }),
    /this is not the record of a run: steps\.0\.options: expected /,
  ],
  [
    JSON.stringify({ ...record, result: { ...record.result, metrics: [{}] } }),
    /result\.metrics\.0\.name: expected string/,
  ],
])("%# is refused", async (text, message) => {
  await expect(readRecord(text, "r.json")).rejects.toThrow(message);
});

test.each([Number.NaN, Infinity, -Infinity])("%d goes through a file", async (value) => {
  const odd = { ...record.result.metrics[0]!, value };
  const text = recordText({ ...record, result: { ...record.result, metrics: [odd] } });
  expect((await readRecord(text, "r.json")).result.metrics[0]!.value).toBe(value);
});
