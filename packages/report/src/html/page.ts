import { headline } from "../markdown.ts";
import type { RunRecord } from "../record.ts";
import { html, type Markup, type Part } from "./markup.ts";
import { runSections } from "./run.ts";
import { foldedRuns, overview } from "./runs.ts";
import { style } from "./style.ts";
import { cards } from "./summary.ts";

/**
 * One self-contained page: no script, nothing loaded, readable from disk, on paper, by keyboard and by screen reader.
 * One record gives its report, several are put beside each other. A pure function of the records.
 */
export function page(records: readonly RunRecord[]): string {
  const [only, ...others] = records;
  const text = only !== undefined && others.length === 0 ? pageOfOne(only) : pageOfSeveral(records);
  return text.markup;
}

function pageOfOne(record: RunRecord): Markup {
  const sections = runSections(record);
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const body = sections.map(
    ({ id, title, body }) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n${body}</section>\n`,
  );
  const lead = html`<p class="lead">${headline(record)}. Run ${record.run.id}, ${dateOf(record)}.</p>`;
  return frame(
    record.recipe.name,
    html`${lead}${cards(record)}<nav aria-label="Sections"><ul>${links}</ul></nav>`,
    body,
    [record],
  );
}

function pageOfSeveral(records: readonly RunRecord[]): Markup {
  const title = `${records.length} runs`;
  const body = [overview(records), html`<h2 id="details">Each run</h2>\n`, foldedRuns(records)];
  return frame(
    title,
    html`<p class="lead">${[...new Set(records.map(({ recipe }) => recipe.name))].join(", ")}</p>`,
    body,
    records,
  );
}

const dateOf = ({ run }: RunRecord) => run.startedAt.slice(0, 16).replace("T", " ");

/** The policy forbids the page to load or run anything, whatever a name in a record says. */
function frame(title: string, lead: Part, body: Part, records: readonly RunRecord[]): Markup {
  const versions = [...new Set(records.map(({ environment }) => environment.pare))].join(", ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – pare</title>
<style>${{ markup: style }}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>${title}</h1>${lead}</header>
<main id="content">
${body}</main>
<footer>Made by pare ${versions} from record.json. Nothing on this page is loaded from elsewhere.</footer>
</body>
</html>
`;
}
