import { PareError } from "@pare/error";
import { describeNode, type Model, type Node } from "@pare/ir";
import { arrayOfTensor, type NumberArray } from "./array.ts";
import { kernels } from "./kernels.ts";

/**
 * Runs a model in float64, one node after another, and gives every value by name. Sizes are small and nothing is fast:
 * what counts is that each kernel can be checked by reading it beside the operator's definition.
 * @param wanted a value: only the nodes that it depends on are run. Default: all nodes
 * @throws REFERENCE_OP for an operator without a kernel
 */
export function evaluate(
  model: Model,
  inputs: ReadonlyMap<string, NumberArray>,
  wanted?: string,
): ReadonlyMap<string, NumberArray> {
  const values = new Map(inputs);
  for (const value of model.graph.values)
    if (value.origin.kind === "constant") values.set(value.name, arrayOfTensor(value.origin.tensor));
  const nodes = [...model.graph.nodes];
  for (const node of wanted === undefined ? nodes : nodesBehind(nodes, wanted)) {
    const outputs = run(node, values, model.opsets.get(node.domain) ?? 1);
    for (const [slot, output] of node.outputs.entries())
      if (output.name !== "" && outputs[slot] !== undefined) values.set(output.name, outputs[slot]);
  }
  return values;
}

/** Those that a value depends on, in their order. */
function nodesBehind(nodes: readonly Node[], wanted: string): readonly Node[] {
  const needed = new Set([wanted]);
  const behind: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some(({ name }) => needed.has(name))) continue;
    behind.push(node);
    for (const input of node.inputs) if (input !== undefined) needed.add(input.name);
  }
  return behind.reverse();
}

function run(node: Node, values: ReadonlyMap<string, NumberArray>, opset: number): readonly NumberArray[] {
  const kernel = kernels[node.op];
  if (kernel === undefined)
    throw new PareError({ code: "REFERENCE_OP", at: describeNode(node), problem: `no float64 kernel for ${node.op}` });
  const inputs = node.inputs.map((input) => input && values.get(input.name));
  return kernel({ node, opset, inputs, input: (slot) => inputs[slot]! });
}
