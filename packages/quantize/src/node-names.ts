import type { Node } from "@pare/ir";
import type { Decision, Placement } from "./contract.ts";

/** How notes and plans name a node: by its first output where it has no name. */
export function nameOf({ name, outputs, type }: Node): string {
  return name || (outputs.find((output) => output.name !== "")?.name ?? type);
}

/** The nodes of each group of a placement, in graph order. @param wanted default all */
export function namesByGroup(
  { decisions }: Placement,
  wanted: (decision: Decision) => boolean = () => true,
): ReadonlyMap<number, readonly string[]> {
  const names = new Map<number, string[]>();
  for (const [node, decision] of decisions) {
    const { group } = decision;
    if (group === undefined || !wanted(decision)) continue;
    const known = names.get(group);
    if (known === undefined) names.set(group, [nameOf(node)]);
    else known.push(nameOf(node));
  }
  return names;
}
