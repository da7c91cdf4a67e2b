import type { OpName } from "./types.ts";

/** "com.microsoft.Gelu" → domain "com.microsoft", type "Gelu". Types hold no dot; domains may. */
export function splitOpName(op: OpName): { domain: string; type: string } {
  const dot = op.lastIndexOf(".");
  return { domain: op.slice(0, dot), type: op.slice(dot + 1) };
}
