import { formatCount, formatQuantity, significant } from "./format.ts";
import type { RunRecord, TrainingRecord } from "./record.ts";
import { fitColumns } from "./table.ts";

/** What each step trained: its result beside its controls. */
export type Trainings = readonly [TrainingRecord, ...TrainingRecord[]];

/** Of every step that trained, in order. */
export function trainingsOf({ steps }: RunRecord): readonly Trainings[] {
  const found = steps.flatMap(({ notes }) =>
    notes.flatMap(({ training }) => (training === undefined ? [] : [training])),
  );
  return found.filter((trainings): trainings is Trainings => trainings.length > 0);
}

export function trainingHeader(trainings: Trainings): readonly string[] {
  const loss = isJudgedByLoss(trainings) ? "validation loss" : "last loss";
  return ["training", "parameters", "epochs", loss, `${trainings[0].metric} before`, "after", "samples/s"];
}

/** A row for each; the metric, and the loss where validation has one, are those of the weights that were kept. */
export function trainingRows(trainings: Trainings): readonly (readonly string[])[] {
  const isJudged = isJudgedByLoss(trainings);
  return trainings.map((each) => {
    const { label, parameters, epochs, before, value, unit, best } = each;
    const speeds = epochs.map(({ samplesPerSecond }) => samplesPerSecond).sort((a, b) => a - b);
    // Of the weights from before the first epoch there is none.
    const loss = (isJudged ? epochs[best - 1]?.validationLoss : epochs.at(-1)?.loss) ?? Number.NaN;
    return [
      label,
      formatCount(parameters.trained),
      best === epochs.length ? String(epochs.length) : `${epochs.length}, best ${best}`,
      Number.isFinite(loss) ? significant(loss) : "–",
      before === null ? "–" : formatQuantity(before, unit),
      formatQuantity(value, unit),
      formatCount(Math.round(speeds[Math.floor(speeds.length / 2)] ?? 0)),
    ];
  });
}

/** A training's own loss may have a teacher's part: only the cross-entropy on validation data is the same for all. */
function isJudgedByLoss(trainings: Trainings): boolean {
  return trainings.every(({ epochs }) => epochs.some(({ validationLoss }) => Number.isFinite(validationLoss)));
}

/** For terminals: what every training made of its metric, on the data that it was judged by. Empty where nothing was trained. */
export function renderTrainings(record: RunRecord, width = 80): string {
  const blocks = trainingsOf(record).map((each) => {
    const [{ metric, samples }] = each;
    const rows = each.map(({ label, epochs, before, value, unit }) => [
      `  ${label}`,
      `${epochs.length} epochs`,
      before === null ? "" : formatQuantity(before, unit),
      `→ ${formatQuantity(value, unit)}`,
    ]);
    return [`Trained, ${metric} on ${samples} validation samples:`, ...fitColumns(rows, width)].join("\n");
  });
  return blocks.map((block) => `${block}\n`).join("");
}
