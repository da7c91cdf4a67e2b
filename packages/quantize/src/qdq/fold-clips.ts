import type { Edit, Node, Value } from "@pare/ir";
import type { Placement } from "../contract.ts";

/** Removes the nodes that a grid replaces. Gives, for any value of the graph as it was, what it is now. */
export function foldClips(edit: Edit, { folded }: Placement): (value: Value) => Value {
  const became = new Map<Value, Value>();
  const current = (value: Value): Value => {
    const next = became.get(value);
    return next === undefined ? value : current(next);
  };
  for (const node of folded) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (input === undefined || output === undefined) continue;
    const bounds = constantInputs(node);
    edit.replaceUses(output, current(input));
    edit.remove(node);
    for (const bound of bounds) if (bound.uses.size === 0) edit.removeConstant(bound);
    became.set(output, current(input));
  }
  return current;
}

function constantInputs(node: Node): readonly Value[] {
  return node.inputs.slice(1).filter((input): input is Value => input?.origin.kind === "constant");
}
