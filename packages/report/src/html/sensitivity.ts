import type { RunRecord, SensitivityRecord } from "../record.ts";
import { sensitivitiesOf, sensitivityCaption, sensitivityRows } from "../sensitivity.ts";
import { bar } from "./bars.ts";
import { breakable, html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

const shown = 15;

/** A bar for each of the parts that matter most, and for the whole model; undefined where nothing was ranked. */
export function sensitivityTables(record: RunRecord): Markup | undefined {
  const rankings = sensitivitiesOf(record);
  return rankings.length === 0 ? undefined : html`${rankings.map(rankingTable)}`;
}

function rankingTable(ranking: SensitivityRecord): Markup {
  const { parts, all, unit } = ranking;
  const values = [...parts.slice(0, shown).map(({ divergence }) => divergence), all];
  const most = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
  const rows = sensitivityRows(ranking, shown).map(([nodes, amount], i) => [
    html`<code>${breakable(nodes)}</code>`,
    html`${amount}${bar((values[i] ?? most) / most, "result")}`,
  ]);
  const columns = [{ title: "nodes" }, { title: unit === "nats" ? "divergence" : "noise", isNumber: true }];
  return table(sensitivityCaption(ranking), columns, rows, { named: 2 });
}
