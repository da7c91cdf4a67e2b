import { type Node, producerOf } from "@pare/ir";
import type { Flow } from "./fold-clips.ts";
import { codedInputs, ruleOf } from "./view.ts";

/**
 * Numbers for nodes that can only go back to float together: an integer node, the clips folded into it, and the moves
 * that carry its codes on. Moves before the first integer node go with the node that they feed.
 */
export function groupsOf(flow: Flow, integer: ReadonlySet<Node>, folded: readonly Node[]): ReadonlyMap<Node, number> {
  const groups = new Map<Node, number>();
  let made = 0;
  const isMove = (node: Node) => ruleOf(flow.view, node)?.kind === "move";
  for (const node of flow.view.nodes) {
    if (!integer.has(node)) continue;
    const carried = isMove(node) ? codedInputs(flow.view, node).map((value) => flow.producer(value)) : [];
    const before = carried.find((producer) => producer !== undefined && groups.has(producer));
    if (before !== undefined) groups.set(node, groups.get(before)!);
    else if (!isMove(node)) groups.set(node, ++made);
  }
  for (const node of [...flow.view.nodes].reverse()) {
    if (!integer.has(node) || groups.has(node)) continue;
    const readers = flow.results(node).flatMap((value) => [...flow.uses(value)]);
    const next = readers.find((use) => use.kind === "input" && groups.has(use.node));
    groups.set(node, next?.kind === "input" ? groups.get(next.node)! : ++made);
  }
  for (const clip of folded) {
    const maker = clip.inputs[0] && producerOf(clip.inputs[0]);
    const group = maker && groups.get(maker);
    if (group !== undefined) groups.set(clip, group);
  }
  return groups;
}
