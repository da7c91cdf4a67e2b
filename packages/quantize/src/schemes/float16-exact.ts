/**
 * Numbers that need more than float16's eleven bits, though they are not large.
 *
 * 1. Sizes and places: float values that inference knows (shape arithmetic). From 2048 on float16 skips whole numbers.
 * 2. What becomes an integer: the last steps before a Cast to an integer type.
 * 3. Angles: the last steps before Sin and Cos. Of 1000 radians float16 has one digit behind the point.
 */
import { type Node, producerOf } from "@pare/ir";
import type { Inference } from "@pare/ops";
import { dtypes, elementCount } from "@pare/tensor";
import { constantBehind } from "./dynamic-nodes.ts";
import { castTarget } from "./float16-rules.ts";

const mostSteps = 4;
const mostWeights = 1024;

/** The reason by node. */
export function exactNodes(nodes: readonly Node[], inference: Inference): ReadonlyMap<Node, string> {
  const reasons = new Map<Node, string>();
  for (const node of nodes)
    if (
      node.outputs.some((output) => producerOf(output)?.op !== "onnx.Constant" && inference.ints(output) !== undefined)
    )
      reasons.set(node, "sizes and places");
  for (const node of nodes) {
    if (node.op === "onnx.Sin" || node.op === "onnx.Cos") backwards(node, "angles", reasons, true);
    if (becomesInteger(node)) backwards(node, "numbers that become integers", reasons, false);
  }
  return reasons;
}

function becomesInteger(node: Node): boolean {
  const to = castTarget(node);
  return to !== undefined && (dtypes[to].kind === "int" || dtypes[to].kind === "uint");
}

/** Marks the node, and the few before it that nothing else reads, up to layers with weights. */
function backwards(last: Node, reason: string, reasons: Map<Node, string>, itself: boolean): void {
  if (itself && !reasons.has(last)) reasons.set(last, reason);
  let front: readonly Node[] = [last];
  for (let step = 0; step < mostSteps && front.length > 0; step++) {
    const reached = new Set([...front, ...reasons.keys()]);
    const before = front.flatMap(({ inputs }) => inputs.flatMap((input) => producerOf(input) ?? []));
    front = [...new Set(before)].filter((node) => isOnlyFor(node, reached) && !hasWeights(node) && !reasons.has(node));
    for (const node of front) reasons.set(node, reason);
  }
}

function isOnlyFor(node: Node, readers: ReadonlySet<Node>): boolean {
  return node.outputs.every(({ uses }) => [...uses].every((use) => use.kind === "input" && readers.has(use.node)));
}

function hasWeights({ inputs }: Node): boolean {
  return inputs.some((input) => elementCount(constantBehind(input)?.shape ?? []) > mostWeights);
}
