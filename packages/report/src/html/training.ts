import { line } from "d3-shape";
import { formatQuantity, significant } from "../format.ts";
import type { RunRecord, TrainingEpoch } from "../record.ts";
import { type Trainings, trainingHeader, trainingRows, trainingsOf } from "../training.ts";
import { type ChartSpec, chart, padded, px, quantityTick, tickText } from "./chart.ts";
import type { Figure } from "./figures.ts";
import { figures } from "./figures.ts";
import { html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

/** Curves and results of everything that was trained; undefined where nothing was. */
export function trainingFigures(record: RunRecord): Markup | undefined {
  const all = trainingsOf(record);
  return all.length === 0 ? undefined : html`${all.map(oneTraining)}`;
}

function oneTraining(trainings: Trainings): Markup {
  const [first] = trainings;
  const columns = trainingHeader(trainings).map((title, i) => ({ title, isNumber: i > 0 }));
  const caption = `What was trained (${first.metric} on ${first.samples} validation samples, test data untouched)`;
  const curves: readonly Figure[] = [
    { caption: `${first.metric} on validation data`, chart: metricChart(trainings) },
    { caption: "Loss", chart: lossChart(trainings) },
  ];
  return html`${table(caption, columns, trainingRows(trainings), { stacked: true })}${figures(curves, legendOf(trainings))}`;
}

const numbered = (epochs: readonly TrainingEpoch[], value: (epoch: TrainingEpoch) => number | null) =>
  epochs.flatMap((epoch, i): [number, number][] => {
    const found = value(epoch);
    return found === null || !Number.isFinite(found) ? [] : [[i + 1, found]];
  });

function metricChart(trainings: Trainings): Markup {
  const [{ metric, unit }] = trainings;
  const lines = trainings.map((each, i) => ({
    series: seriesOf(trainings, i),
    points: [
      ...(each.before === null ? [] : [[0, each.before] as const]),
      ...numbered(each.epochs, ({ value }) => value),
    ],
  }));
  const ends = trainings.map(({ label, value }) => `${label}: ${formatQuantity(value, unit)}`);
  const said = { title: metric, description: `${ends.join("; ")}.` };
  return curveChart(lines, said, metric, quantityTick(unit), unit === "ratio" ? 1 : Infinity);
}

function lossChart(trainings: Trainings): Markup {
  const lines = trainings.flatMap(({ epochs }, i) => {
    const series = seriesOf(trainings, i);
    return [
      { series, points: numbered(epochs, ({ loss }) => loss) },
      { series, points: numbered(epochs, ({ validationLoss }) => validationLoss), isDashed: true },
    ];
  });
  const ends = trainings.map(({ label, epochs }) => `${label}: ${significant(epochs.at(-1)?.loss ?? Number.NaN)}`);
  const description = `Of training, and dashed of validation. At the end ${ends.join("; ")}.`;
  return curveChart(lines, { title: "Loss", description }, "loss (dashed: validation)", tickText);
}

interface Curve {
  readonly series: Series;
  readonly points: readonly (readonly [epoch: number, value: number])[];
  readonly isDashed?: boolean;
}

function curveChart(
  lines: readonly Curve[],
  said: Pick<ChartSpec, "title" | "description">,
  label: string,
  format: (value: number) => string,
  most = Infinity,
): Markup {
  const points = lines.flatMap((each) => each.points);
  const values = points.map(([, value]) => value);
  const [low, high] = padded(values);
  // Shares and losses that are nowhere below 0 need no room there.
  const least = values.every((value) => value >= 0) ? 0 : -Infinity;
  const range = [Math.max(low, least), Math.min(high, most)] as const;
  const last = Math.max(...points.map(([epoch]) => epoch), 1);
  const spec = {
    ...said,
    x: { label: "epoch", range: [0, last], format: tickText },
    y: { label, range, format },
  } as const;
  return chart(spec, ({ x, y }) => {
    const path = line<readonly [number, number]>(
      ([epoch]) => x(epoch),
      ([, value]) => y(value),
    ).digits(1);
    return lines.map(({ series, points: own, isDashed = false }) => {
      const style = `curve ${series}${isDashed ? " dashed" : ""}`;
      const end = own.at(-1);
      const dot = end && html`<circle class="mark ${series}" cx="${px(x(end[0]))}" cy="${px(y(end[1]))}" r="3.5"/>`;
      return html`<path class="${style}" d="${path([...own]) ?? ""}"/>${dot}`;
    });
  });
}

/** Colours of the page. */
type Series = "result" | "original" | "other";

/** The result's own, and for what it is compared with the original's, then another. */
function seriesOf(trainings: Trainings, index: number): Series {
  if (trainings[index]!.role === "result") return "result";
  const first = trainings.findIndex(({ role }) => role === "compared");
  return index === first ? "original" : "other";
}

function legendOf(trainings: Trainings): Markup {
  const entries = trainings.map(
    ({ label }, i) =>
      html`<span><svg viewBox="0 0 14 14" aria-hidden="true"><path class="curve ${seriesOf(trainings, i)}" d="M1 7H13"/></svg> ${label}</span> `,
  );
  return html`<p class="legend">${entries}</p>`;
}
