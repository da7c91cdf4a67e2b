/**
 * Patterns that are known to lose accuracy as integers, each with its name. They stay float where that costs little;
 * `protect: false` in the options takes them like everything else.
 */
import { consumersOf, type Node, producerOf, type Value } from "@pare/ir";
import { normalization } from "./normalizations.ts";
import { codedInputs, elementsIn, ruleOf, type View } from "./view.ts";

/** The reason by node. */
export function protectedNodes(view: View): ReadonlyMap<Node, string> {
  const reasons = new Map<Node, string>();
  for (const node of view.nodes)
    for (const each of normalization(node)) reasons.set(each, "layer or RMS normalization: kept in float");
  for (const node of view.nodes) {
    for (const [each, reason] of [...attention(view, node), ...gate(view, node), ...hardSwish(node)])
      if (!reasons.has(each)) reasons.set(each, reason);
  }
  for (const node of heads(view)) reasons.set(node, "head: boxes and scores side by side would share one grid");
  return reasons;
}

/** Concats behind which nothing is multiplied any more: what they join goes to the model's outputs. */
function heads(view: View): readonly Node[] {
  const leadsOn = new Set<Node>();
  for (const node of view.nodes.toReversed()) {
    const readers = node.outputs.flatMap(consumersOf);
    const isComputed = (next: Node) => leadsOn.has(next) || ruleOf(view, next)?.kind === "compute";
    if (readers.some(isComputed)) leadsOn.add(node);
  }
  return view.nodes.filter(
    (node) => node.op === "onnx.Concat" && !leadsOn.has(node) && codedInputs(view, node).length > 1,
  );
}

type Found = readonly (readonly [Node, string])[];

/** Scores and their sums: products of two activations have no constant side, and Softmax turns small errors into large. */
function attention(view: View, node: Node): Found {
  if (node.op === "onnx.Softmax") return [[node, "Softmax: probabilities on 256 levels lose the small ones"]];
  const rule = ruleOf(view, node);
  const isProduct = rule?.kind === "compute" && !rule.constantWeight && codedInputs(view, node).length > 1;
  return isProduct ? [[node, "product of two activations (attention): kept in float"]] : [];
}

/**
 * Squeeze and excite: pool → dense → activation → dense → gate, times what was pooled. The dense layers compute next to
 * nothing and every error in a gate is an error of a whole channel.
 */
function gate(view: View, node: Node): Found {
  if (node.op !== "onnx.Mul") return [];
  const [a, b] = [node.inputs[0], node.inputs[1]];
  if (a === undefined || b === undefined) return [];
  const [big, small] = (elementsIn(view, a) ?? 0) >= (elementsIn(view, b) ?? 0) ? [a, b] : [b, a];
  if ((elementsIn(view, small) ?? Number.POSITIVE_INFINITY) * 4 > (elementsIn(view, big) ?? 0)) return [];
  const path = backToPool(small);
  return path?.map((each) => [each, "gate of squeeze-and-excite: kept in float"] as const) ?? [];
}

const pools = new Set(["onnx.GlobalAveragePool", "onnx.ReduceMean"]);

/** The nodes between a pool and the value, where one chain leads there. */
function backToPool(value: Value): readonly Node[] | undefined {
  const path: Node[] = [];
  let at = producerOf(value);
  while (at !== undefined && path.length < 16) {
    if (pools.has(at.op)) return path;
    path.push(at);
    at = at.inputs.map(producerOf).find((producer) => producer !== undefined);
  }
  return undefined;
}

/** x·HardSigmoid(x), or x·Clip(x + 3, 0, 6)/6: as one float step, not as pieces that round each. */
function hardSwish(node: Node): Found {
  if (node.op !== "onnx.Mul") return [];
  for (const [x, gate] of [node.inputs, [node.inputs[1], node.inputs[0]]]) {
    const path = x && gate && pathTo(gate, x);
    if (path?.some(({ op }) => op === "onnx.HardSigmoid" || op === "onnx.Clip"))
      return [node, ...path].map((each) => [each, "hard-swish: kept in float"] as const);
  }
  return [];
}

/** The chain of nodes from `from` to `value`, at most four. */
function pathTo(value: Value, from: Value): readonly Node[] | undefined {
  const path: Node[] = [];
  for (let at: Value | undefined = value; at !== undefined && path.length < 5; ) {
    if (at === from) return path;
    const producer = producerOf(at);
    if (producer === undefined) return undefined;
    path.push(producer);
    at = producer.inputs.find((input) => input !== undefined && producerOf(input) !== undefined) ?? producer.inputs[0];
  }
  return undefined;
}
