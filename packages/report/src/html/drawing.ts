import type { RunRecord } from "../record.ts";
import { size } from "./chart.ts";
import { latencies, tradeoffs } from "./figures.ts";
import { html, type Markup } from "./markup.ts";
import { mark } from "./series.ts";
import { chartStyle, colors } from "./style.ts";

const perRow = 2;
const caption = 26;
const gap = 16;
const top = 34;

/** The charts of a run as one SVG file, for readers that show pictures but no pages. Undefined where there are none. */
export function drawing(record: RunRecord): string | undefined {
  const figures = [...tradeoffs(record), ...latencies(record)];
  if (figures.length === 0) return undefined;
  const cell = { width: size.width + gap, height: size.height + caption + gap };
  const columns = Math.min(perRow, figures.length);
  const width = columns * cell.width + gap;
  const height = Math.ceil(figures.length / columns) * cell.height + top + gap;
  const placed = figures.map(({ caption: text, chart }, i) => {
    const [x, y] = [gap + (i % columns) * cell.width, top + Math.floor(i / columns) * cell.height];
    return html`<text class="title" x="${x + 4}" y="${y + 16}">${text}</text>
<svg x="${x}" y="${y + caption}" width="${size.width}" height="${size.height}">${chart}</svg>
`;
  });
  const description = figures.map(({ caption: text }) => text).join("; ");
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${record.recipe.name}: ${description}</title>
<style>${{ markup: style }}</style>
<rect class="ground" width="${width}" height="${height}"/>
${legend(gap + 8)}${placed}</svg>
`.markup;
}

const style = `${colors}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}.ground{fill:var(--card)}
.title{fill:var(--text);font-size:14px;font-weight:600}
${chartStyle}`;

function legend(x: number): Markup {
  const y = 18;
  const entry = (series: "original" | "result", at: number) =>
    html`${mark(series, String(at), String(y), 4)}<text class="tick" x="${at + 10}" y="${y + 4}">${series}</text>`;
  return html`${entry("original", x)}${entry("result", x + 90)}
`;
}
