/**
 * The first and the last layers of a model. What the first loses is in everything behind it, and nothing is left that
 * could even out what the last one loses; both hold few of the multiply-adds.
 */
import { type Node, producerOf } from "@pare/ir";
import type { Placement } from "../contract.ts";
import { weightOf } from "./refusals.ts";
import { isFloat32, ruleOf, type View } from "./view.ts";

/**
 * First: those between which and a float input of the model no other layer lies (what an embedding gives is no input).
 * Last: those behind which there is no other. In graph order; a layer can be both.
 */
export function endLayers(view: View): Placement["ends"] {
  const layers = new Set(view.nodes.filter((node) => isLayer(view, node)));
  const last = lastOf(view, layers);
  return { first: [...firstOf(view, layers)], last: view.nodes.filter((node) => last.has(node)) };
}

/** Whether the target has a kernel for them or not. */
const layers: ReadonlySet<string> = new Set(
  "Conv ConvTranspose Gemm MatMul LSTM GRU RNN".split(" ").map((type) => `onnx.${type}`),
);

function isLayer(view: View, node: Node): boolean {
  const computes = ruleOf(view, node)?.kind === "compute" || layers.has(node.op);
  return computes && weightOf(view, node) !== undefined;
}

function firstOf(view: View, layers: ReadonlySet<Node>): ReadonlySet<Node> {
  const nearInput = new Set(view.model.graph.inputs.filter((input) => isFloat32(view, input)));
  const first = new Set<Node>();
  for (const node of view.nodes) {
    if (!node.inputs.some((value) => value !== undefined && nearInput.has(value))) continue;
    if (layers.has(node)) first.add(node);
    else for (const output of node.outputs) nearInput.add(output);
  }
  return first;
}

function lastOf(view: View, layers: ReadonlySet<Node>): ReadonlySet<Node> {
  const leadsToLayer = new Set<Node>();
  const last = new Set<Node>();
  for (const node of view.nodes.toReversed()) {
    if (layers.has(node) && !leadsToLayer.has(node)) last.add(node);
    if (!layers.has(node) && !leadsToLayer.has(node)) continue;
    for (const input of node.inputs) {
      const producer = producerOf(input);
      if (producer !== undefined) leadsToLayer.add(producer);
    }
  }
  return last;
}
