import type { Graph, Node, Value } from "@pare/ir";
import { specOf } from "@pare/ops";

/** The graph's inputs and what is made of them before anything learned has its say: normalized, cropped, cast inputs. */
export function rawInputs(graph: Graph): ReadonlySet<Value> {
  const raw = new Set(graph.inputs);
  for (const node of graph.nodes)
    if (!holdsWeight(node) && node.inputs.some((input) => input !== undefined && raw.has(input)))
      if (specOf(node.op)?.gradient !== "none") for (const output of node.outputs) raw.add(output);
  return raw;
}

function holdsWeight(node: Node): boolean {
  const spec = specOf(node.op);
  if (spec?.macs !== undefined) return true;
  const roles = spec?.roles?.(node) ?? [];
  return roles.includes("weight") || (node.op === "onnx.Gather" && node.inputs[0]?.origin.kind === "constant");
}
