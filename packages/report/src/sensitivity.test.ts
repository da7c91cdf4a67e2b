import { expect, test } from "vitest";
import { record } from "../testing/example-record.ts";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { readRecord } from "./read-record.ts";
import type { RunRecord, SensitivityRecord } from "./record.ts";
import { sensitivityRows } from "./sensitivity.ts";

const ranking: SensitivityRecord = {
  direction: "quantized",
  unit: "nats",
  samples: 64,
  all: 0.5,
  parts: [
    { nodes: ["head", "relu", "pool", "flat"], divergence: 0.25 },
    { nodes: ["stem"], divergence: 0.001 },
    { nodes: ["gate"], divergence: null },
  ],
};

function ranked(sensitivity: SensitivityRecord): RunRecord {
  const [step] = record.steps;
  return { ...record, steps: [{ ...step!, notes: [{ kind: "info", text: "ranked 3 groups", sensitivity }] }] };
}

test("rows name three nodes of a part, and end with the whole model", () => {
  expect(sensitivityRows(ranking, 2)).toEqual([
    ["head, relu, pool and 1 more", "0.250 nats"],
    ["stem", "0.00100 nats"],
    ["everything integer", "0.500 nats"],
  ]);
  expect(sensitivityRows({ ...ranking, unit: "noise", all: null }, 0)).toEqual([["everything integer", "not finite"]]);
});

test("the Markdown has the ranking as a table", () => {
  const text = renderMarkdown(ranked(ranking));
  expect(text).toContain("Divergence of the probabilities where only these nodes are integer (64 calibration samples)");
  expect(text).toContain(
    "| head, relu, pool and 1 more | 0.250 nats |\n| stem | 0.00100 nats |\n| gate | not finite |",
  );
  expect(renderMarkdown(record)).not.toContain("Where quantization costs accuracy");
});

test("the page draws a bar for each part, as wide as its share of the largest", async () => {
  const page = await renderHtml([ranked(ranking)]);
  const rows = page.slice(page.indexOf('id="sensitivity"')).match(/class="result" width="[\d.]+"/g);
  expect(rows?.slice(0, 4)).toEqual([50, 0.2, 100, 100].map((width) => `class="result" width="${width}"`));
  expect(await renderHtml([record])).not.toContain('id="sensitivity"');
});

test("it is kept in the record's file", async () => {
  const read = await readRecord(JSON.stringify(ranked(ranking)), "record.json");
  expect(read.steps[0]!.notes[0]!.sensitivity).toEqual(ranking);
});
