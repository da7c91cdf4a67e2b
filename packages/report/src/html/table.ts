import { html, type Markup, type Part } from "./markup.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

/** A table with a caption; it scrolls by itself where the page is narrower. The first cell of a row is its heading. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Part[])[]): Markup {
  const align = (i: number) => (columns[i]?.isNumber ? html` class="number"` : undefined);
  const head = columns.map(({ title }, i) => html`<th scope="col"${align(i)}>${title}</th>`);
  const body = rows.map((cells) => {
    const [first, ...others] = cells.map((cell, i) =>
      i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${align(i)}>${cell}</td>`,
    );
    return html`<tr>${first}${others}</tr>\n`;
  });
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}
