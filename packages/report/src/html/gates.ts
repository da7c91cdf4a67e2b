import type { GateRecord, GateStatus } from "../record.ts";
import { html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

const words: Readonly<Record<GateStatus, readonly [sign: string, word: string]>> = {
  pass: ["✓", "pass"],
  fail: ["✗", "fail"],
  "cannot-tell": ["?", "cannot tell"],
  skipped: ["–", "skipped"],
};

export function gateTable(gates: readonly GateRecord[]): Markup {
  const rows = gates.map(({ expression, status, reason }) => [html`<code>${expression}</code>`, badge(status), reason]);
  const columns = [{ title: "gate" }, { title: "" }, { title: "what decides it" }];
  return table("Each condition, and what the intervals say of it", columns, rows, { stacked: true });
}

function badge(status: GateStatus): Markup {
  const [sign, word] = words[status];
  return html`<span class="badge ${status}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** "3 pass, 1 fail", as badges. */
export function gateBadges(gates: readonly GateRecord[]): readonly Markup[] {
  return Object.entries(words).flatMap(([status, [sign, word]]) => {
    const count = gates.filter((gate) => gate.status === status).length;
    return count === 0
      ? []
      : [html`<span class="badge ${status}"><span aria-hidden="true">${sign}</span> ${count} ${word}</span> `];
  });
}
