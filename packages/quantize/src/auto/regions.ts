/** Which groups of nodes are slower as integers than as floats on this machine. */
import type { Model } from "@pare/ir";
import type { PassBench } from "@pare/pass";
import type { Placement } from "../contract.ts";
import { timesByKey } from "./node-times.ts";
import { nodeKey } from "./plan.ts";

export interface GroupTime {
  readonly group: number;
  /** Keys of its nodes. */
  readonly keys: readonly string[];
  readonly floatUs: number;
  readonly integerUs: number;
}

/** The nodes of each group, by number. */
export function groupKeys({ decisions }: Placement): ReadonlyMap<number, readonly string[]> {
  const groups = new Map<number, string[]>();
  for (const [node, { group }] of decisions) {
    if (group === undefined) continue;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [nodeKey(node)]);
    else known.push(nodeKey(node));
  }
  return groups;
}

/**
 * The time of every group in the float model and in the quantized one, from the runtime's profile of both. What
 * quantizes a value that a group reads or gives counts for the node whose name the value has.
 */
export async function timeGroups(
  float: Model,
  quantized: Model,
  placement: Placement,
  bench: PassBench,
): Promise<readonly GroupTime[]> {
  const groups = groupKeys(placement);
  const owners = ownersOf(placement);
  const times = async (model: Model) => {
    const { profile } = await bench.profile(model);
    const byNode = new Map<string, number>();
    for (const [name, us] of timesByKey(profile, owners.keys())) {
      const key = owners.get(name) ?? name;
      byNode.set(key, (byNode.get(key) ?? 0) + us);
    }
    return byNode;
  };
  const before = await times(float);
  const after = await times(quantized);
  const total = (keys: readonly string[], of: ReadonlyMap<string, number>) =>
    keys.reduce((sum, key) => sum + (of.get(key) ?? 0), 0);
  return [...groups].map(([group, keys]) => ({
    group,
    keys,
    floatUs: total(keys, before),
    integerUs: total(keys, after),
  }));
}

/** Node keys, and names of values by the key of the node that gives them. */
function ownersOf({ decisions }: Placement): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const node of decisions.keys())
    for (const { name } of node.outputs) if (name !== "") owners.set(name, nodeKey(node));
  for (const node of decisions.keys()) {
    owners.set(nodeKey(node), nodeKey(node));
    for (const input of node.inputs)
      if (input?.origin.kind === "input" && !owners.has(input.name)) owners.set(input.name, nodeKey(node));
  }
  return owners;
}
