import { gateWords } from "../gate-text.ts";
import type { GateRecord, GateStatus } from "../record.ts";
import { html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

const signs: Readonly<Record<GateStatus, string>> = { pass: "✓", fail: "✗", "cannot-tell": "?", skipped: "–" };

export function gateTable(gates: readonly GateRecord[]): Markup {
  const rows = gates.map(({ expression, status, reason }) => [html`<code>${expression}</code>`, badge(status), reason]);
  const columns = [{ title: "gate" }, { title: "" }, { title: "what decides it" }];
  return table("Each condition, and what the intervals say of it", columns, rows, { stacked: true });
}

function badge(status: GateStatus, count?: number): Markup {
  const sign = html`<span aria-hidden="true">${signs[status]}</span>`;
  return html`<span class="badge ${status}">${sign} ${count === undefined ? "" : `${count} `}${gateWords[status]}</span>`;
}

/** "3 pass, 1 fail", as badges. */
export function gateBadges(gates: readonly GateRecord[]): readonly Markup[] {
  const statuses = ["pass", "fail", "cannot-tell", "skipped"] as const satisfies readonly GateStatus[];
  return statuses.flatMap((status) => {
    const count = gates.filter((gate) => gate.status === status).length;
    return count === 0 ? [] : [badge(status, count), { markup: " " }];
  });
}
