import type { RunRecord, SearchRecord } from "../record.ts";
import { regionHeader, regionRows, searchCaption, searchesOf, searchHeader, searchRows } from "../search.ts";
import { html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

const regionsShown = 15;

/** What was tried and what came of it; undefined where nothing was searched. */
export function searchTables(record: RunRecord): Markup | undefined {
  const searches = searchesOf(record);
  return searches.length === 0 ? undefined : html`${searches.map(tables)}`;
}

function tables(search: SearchRecord): Markup {
  const { regions } = search;
  const columns = searchHeader.map((title, i) => ({ title, isNumber: i > 0 }));
  const tried = table(`What was tried, judged by ${searchCaption(search)}`, columns, searchRows(search), {
    stacked: true,
  });
  if (regions.length === 0) return tried;
  const caption = "Time of the slowest parts as floats and as integers, from the runtime's profile";
  const columnsOfRegions = regionHeader.map((title, i) => ({ title, isNumber: i === 1 || i === 2 }));
  return html`${tried}${table(caption, columnsOfRegions, regionRows(search, regionsShown), { named: 3 })}`;
}
