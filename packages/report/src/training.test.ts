import { expect, test } from "vitest";
import { record } from "../testing/example-record.ts";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { readRecord } from "./read-record.ts";
import type { RunRecord, TrainingRecord } from "./record.ts";
import { renderTrainings, trainingHeader, trainingRows } from "./training.ts";

const epoch = { loss: 1.5, validationLoss: 1.4, value: 0.5, learningRate: 0.1, samplesPerSecond: 1999.6 };
const taught: TrainingRecord = {
  label: "student, taught",
  role: "result",
  metric: "accuracy.top1",
  unit: "ratio",
  better: "higher",
  samples: 500,
  parameters: { trained: 20_042, frozen: 0 },
  before: 0.1,
  epochs: [epoch, { ...epoch, loss: 1.25, validationLoss: 1.2, value: 0.75 }, { ...epoch, loss: 1, value: 0.7 }],
  best: 2,
  value: 0.75,
};
const alone: TrainingRecord = { ...taught, label: "labels alone", role: "compared", before: null, best: 3, value: 0.7 };

function trained(training: readonly TrainingRecord[]): RunRecord {
  const [step] = record.steps;
  return { ...record, steps: [{ ...step!, notes: [{ kind: "changed", text: "trained", training }] }] };
}

test("rows: the best epoch where it is not the last, the median speed, what was not measured", () => {
  expect(trainingRows([taught, alone])).toEqual([
    ["student, taught", "20 042", "3, best 2", "1.20", "10.00 %", "75.00 %", "2 000"],
    ["labels alone", "20 042", "3", "1.40", "–", "70.00 %", "2 000"],
  ]);
});

test("loss: of training where validation has none, none where no epoch was kept", () => {
  const epochs = taught.epochs.map((each) => ({ ...each, validationLoss: null }));
  expect(trainingRows([{ ...taught, epochs }])[0]![3]).toBe("1.00");
  expect(trainingHeader([{ ...taught, epochs }])[3]).toBe("last loss");
  expect(trainingRows([{ ...taught, best: 0, value: 0.1 }])[0]![3]).toBe("–");
});

test("terminals: every training's metric before and after", () => {
  expect(renderTrainings(trained([taught, alone]))).toBe(
    `Trained, accuracy.top1 on 500 validation samples:
  student, taught  3 epochs  10.00 %  → 75.00 %
  labels alone     3 epochs           → 70.00 %
`,
  );
  expect(renderTrainings(record)).toBe("");
});

test("the Markdown has both beside each other", () => {
  const text = renderMarkdown(trained([taught, alone]));
  expect(text).toContain(
    "### Training\n\n| training | parameters | epochs | validation loss | accuracy.top1 before | after |",
  );
  expect(text).toContain("| labels alone | 20 042 | 3 | 1.40 | – | 70.00 % | 2 000 |");
  expect(renderMarkdown(record)).not.toContain("### Training");
});

test("the page draws a curve of each, from before the first epoch, and dashed ones of validation", async () => {
  const page = await renderHtml([trained([taught, alone])]);
  const section = page.slice(page.indexOf('id="training"'));
  const curves = [...section.matchAll(/<path class="curve (\w+)( dashed)?" d="(M[^"]+)"/g)];
  const shown = curves.map(([, series, dashed = "", d]) => [series + dashed, d!.split("L").length]);
  // A legend's two before each: the metric's two (the first with one point more), the loss' two pairs.
  expect(shown).toEqual([
    ["result", 1],
    ["original", 1],
    ["result", 4],
    ["original", 3],
    ["result", 1],
    ["original", 1],
    ["result", 3],
    ["result dashed", 3],
    ["original", 3],
    ["original dashed", 3],
  ]);
  expect(section).toContain("student, taught: 75.00 %; labels alone: 70.00 %");
  expect(await renderHtml([record])).not.toContain('id="training"');
});

test("it is kept in the record's file", async () => {
  const read = await readRecord(JSON.stringify(trained([taught, alone])), "record.json");
  expect(read.steps[0]!.notes[0]!.training).toEqual([taught, alone]);
});
