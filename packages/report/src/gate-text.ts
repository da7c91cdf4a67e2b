import type { GateRecord, GateStatus } from "./record.ts";
import { wrap } from "./wrap.ts";

export const gateWords: Readonly<Record<GateStatus, string>> = {
  pass: "pass",
  fail: "fail",
  "cannot-tell": "cannot tell",
  skipped: "skipped",
};

const indent = 13;

/** For a terminal: each gate's status and text, and below what decides it. Nothing where there are no gates. */
export function renderGates(gates: readonly GateRecord[], width = 80): string {
  if (gates.length === 0) return "";
  const lines = gates.flatMap(({ expression, status, reason }) => {
    const [first = "", ...more] = wrap(expression, width - indent);
    const below = [...more, ...wrap(reason, width - indent)].map((line) => " ".repeat(indent) + line);
    return [gateWords[status].padEnd(indent) + first, ...below];
  });
  return `\nGates\n${lines.join("\n")}\n`;
}
