import { formatCount, formatQuantity, significant } from "../format.ts";
import { confusionsOf, rightCounts } from "../predictions.ts";
import type { ConfusionRecord, ModelRecord, RunRecord, WrongSample } from "../record.ts";
import { barTable, type Pair } from "./bars.ts";
import { html, type Markup, type Part } from "./markup.ts";
import type { Series } from "./series.ts";
import { table } from "./table.ts";

/** What a model gets wrong: who was right, the classes taken for each other, the worst samples. Undefined: not known. */
export function mistakes(record: RunRecord): Markup | undefined {
  const parts = [
    rightTable(record),
    confusionTable(record),
    matrices(record),
    worstTables(record),
    changedMost(record),
  ];
  return parts.every((part) => part === undefined) ? undefined : html`${parts}`;
}

function rightTable(record: RunRecord): Markup | undefined {
  const counts = rightCounts(record);
  if (counts === undefined) return undefined;
  const { both, original, result, neither } = counts;
  const all = both + original + result + neither;
  const rows = (
    [
      ["both", both],
      ["only the original", original],
      ["only the result", result],
      ["neither", neither],
    ] as const
  ).map(([who, count]) => [who, formatCount(count), `${((100 * count) / all).toFixed(2)} %`]);
  const columns = [{ title: "right" }, { title: "samples", isNumber: true }, { title: "share", isNumber: true }];
  return table("Which of the models was right", columns, rows, { narrow: true });
}

const confusionsShown = 12;

/** The most frequent mistakes of either model, with the other's beside them. */
function confusionTable({ original, result }: RunRecord): Markup | undefined {
  const wrong = [original, result].map(
    (model) =>
      new Map(
        confusionsOf(model)
          .filter(({ label, prediction }) => label !== prediction)
          .map(({ label, prediction, count }) => [`${label} → ${prediction}`, count]),
      ),
  );
  const [before, after] = wrong as [Map<string, number>, Map<string, number>];
  const most = (label: string) => Math.max(before.get(label) ?? 0, after.get(label) ?? 0);
  // A mistake that happened once, among many classes, is no pattern.
  const pairs: readonly Pair[] = [...new Set([...before.keys(), ...after.keys()])]
    .filter((label) => most(label) > 1)
    .sort((a, b) => most(b) - most(a))
    .slice(0, confusionsShown)
    .map((label) => ({ label, original: before.get(label) ?? 0, result: after.get(label) ?? 0 }));
  if (pairs.length === 0) return undefined;
  return barTable("The most frequent mistakes", "class → taken for", pairs, formatCount);
}

/** More classes than these are too many to be read as a matrix. */
const matrixClasses = 20;

function matrices({ original, result }: RunRecord): Markup | undefined {
  const folded = (series: Series, { confusion }: ModelRecord) =>
    confusion !== undefined && confusion.classes.length <= matrixClasses
      ? html`<details${series === "result" ? html` open` : undefined}><summary>The confusion matrix of the ${series}</summary>${matrix(series, confusion)}</details>`
      : undefined;
  const both = [folded("result", result), folded("original", original)];
  return both.every((one) => one === undefined) ? undefined : html`${both}`;
}

function matrix(series: Series, { classes, counts }: ConfusionRecord): Markup {
  const rows = counts.map((row, i): readonly Part[] => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return [classes[i]!, ...row.map((count, j) => heat(count, all, i === j))];
  });
  const columns = [{ title: "class" }, ...classes.map((title) => ({ title, isNumber: true }))];
  const caption = `${series}: a row for each true class, a column for each prediction`;
  return table(caption, columns, rows, { matrix: true });
}

/** Shaded by the share of the row; the root of it, so that rare mistakes are seen too. */
function heat(count: number, all: number, isRight: boolean): Markup {
  const share = all === 0 ? 0 : Math.round(50 * Math.sqrt(count / all));
  return html`<span class="heat ${isRight ? "right" : "wrong"}" style="--share:${share}%">${count}</span>`;
}

function worstTables({ original, result }: RunRecord): Markup | undefined {
  const both = [worstTable("result", result.worstSamples), worstTable("original", original.worstSamples)];
  return both.every((one) => one === undefined) ? undefined : html`${both}`;
}

function worstTable(series: Series, samples: readonly WrongSample[] | undefined): Markup | undefined {
  if (samples === undefined || samples.length === 0) return undefined;
  const columns = [{ title: "sample" }, { title: "label" }, { title: "prediction" }, { title: "loss", isNumber: true }];
  const rows = samples.map(({ id, label, prediction, loss }) => [
    html`<code>${id}</code>`,
    label,
    prediction,
    Number.isFinite(loss) ? significant(loss) : formatQuantity(loss, "plain"),
  ]);
  const caption = `The ${samples.length} samples that the ${series} was most wrong about`;
  return html`<details><summary>The worst samples of the ${series}</summary>${table(caption, columns, rows)}</details>`;
}

function changedMost({ result: { worstSample } }: RunRecord): Markup | undefined {
  if (worstSample === undefined) return undefined;
  return html`<p class="note">The outputs changed most on the sample <code>${worstSample.id}</code>: signal-to-noise ratio ${formatQuantity(worstSample.snr, "db")}.</p>`;
}
