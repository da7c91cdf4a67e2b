import { html, type Markup, type Part } from "./markup.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

export interface TableOptions {
  /** On a phone the cells of a row stand below each other: for long texts. */
  readonly stacked?: boolean;
  /** On a phone the name of a row stands above this many cells: for a name and a few numbers. A fifth stands beside it. */
  readonly named?: 2 | 3;
  /** Only as wide as its cells need. */
  readonly narrow?: boolean;
  /** Where it scrolls, the names of the rows stay. */
  readonly sticky?: boolean;
  /** Many small cells. */
  readonly matrix?: boolean;
}

/**
 * A table with a caption; it scrolls by itself where the page is narrower. The first cell of a row is its heading.
 * Roles are written out, since a table that is laid out otherwise loses its own.
 */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
  options: TableOptions = {},
): Markup {
  const align = (i: number) => (columns[i]?.isNumber ? html` class="number"` : undefined);
  const head = columns.map(({ title }, i) => html`<th scope="col" role="columnheader"${align(i)}>${title}</th>`);
  const body = rows.map((cells) => {
    const [first, ...others] = cells.map((cell, i) =>
      i === 0 ? html`<th scope="row" role="rowheader">${cell}</th>` : html`<td role="cell"${align(i)}>${cell}</td>`,
    );
    return html`<tr role="row">${first}${others}</tr>\n`;
  });
  const named = options.named === undefined ? [] : ["named", `named-${options.named}`];
  const classes = [
    ...(["stacked", "narrow", "sticky", "matrix"] as const).filter((name) => options[name] === true),
    ...named,
  ];
  return html`<div class="${["scroll", ...classes].join(" ")}" role="region" aria-label="${caption}" tabindex="0"><table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">
${body}</tbody></table></div>`;
}
