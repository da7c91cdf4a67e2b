import type { Node, Value } from "@pare/ir";
import { selector } from "@pare/pass";

/** What the patterns of `frozen` name; undefined where there are none. */
export function frozenBy(patterns: readonly string[]): ((subject: Node | Value) => boolean) | undefined {
  return patterns.length === 0 ? undefined : selector({ only: patterns });
}
