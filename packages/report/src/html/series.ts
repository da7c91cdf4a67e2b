import { html, type Markup } from "./markup.ts";

/** The two models of a run, told apart by shape and word as well as by colour. */
export type Series = "original" | "result";

export function mark(series: Series, x: string, y: string, radius = 5): Markup {
  if (series === "original") return html`<circle class="mark original" cx="${x}" cy="${y}" r="${radius}"/>`;
  return html`<path class="mark result" d="M${x} ${y}m0 ${-radius * 1.3}l${radius * 1.3} ${radius * 1.3}l${-radius * 1.3} ${radius * 1.3}l${-radius * 1.3} ${-radius * 1.3}z"/>`;
}

export const legend: Markup = html`<p class="legend"><span><svg viewBox="0 0 14 14" aria-hidden="true">${mark("original", "7", "7", 4)}</svg> original</span>
<span><svg viewBox="0 0 14 14" aria-hidden="true">${mark("result", "7", "7", 4)}</svg> result</span></p>`;
