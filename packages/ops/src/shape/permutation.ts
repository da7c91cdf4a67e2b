import { intsAttr, type Node } from "@pare/ir";

/** Output axis i is input axis `permutation[i]`; without the attribute all axes are reversed. */
export function permutationOf(node: Node, rank: number): readonly number[] {
  return intsAttr(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}
