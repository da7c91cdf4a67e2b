/**
 * HTML and SVG as text that cannot break out: whatever is put into a template is escaped, unless a template made it.
 */
export interface Markup {
  readonly markup: string;
}

export type Part = Markup | string | number | undefined | readonly Part[];

/** A tagged template: strings and numbers are escaped, markup and lists of it put in, undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.map((text, i) => text + (i < parts.length ? textOf(parts[i]) : "")).join("") };
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(String(part));
  return "markup" in part ? part.markup : part.map(textOf).join("");
}

/** A dotted name, which may break into lines after its dots and slashes. */
export function breakable(name: string): Markup {
  return html`${name.split(/(?<=[./])(?=.)/).map((part, i) => (i === 0 ? part : html`<wbr>${part}`))}`;
}

/** What must not break: a number and its unit. */
export const unbroken = (text: string): Markup => html`<span class="unbroken">${text}</span>`;

/** For elements and quoted attributes of HTML and XML. Characters that XML forbids become U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
