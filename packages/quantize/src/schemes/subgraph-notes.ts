import { type Graph, type Model, type Node, subgraphs } from "@pare/ir";
import { type Inference, inferTypes } from "@pare/ops";
import type { Note, PassData } from "@pare/pass";
import { nameOf } from "../node-names.ts";
import { withUsualSizes } from "../predict/sizes.ts";

/**
 * That what is inside of If, Loop and Scan stays float, with its share of the multiply-adds: of one calibration sample, or
 * of usual sizes. Of an If the branch with more counts, of a Loop one turn. Nothing where there is none.
 */
export async function subgraphNotes(model: Model, data: PassData | undefined): Promise<readonly Note[]> {
  const holders = [...model.graph.nodes].filter((node) => subgraphs(node).length > 0);
  if (holders.length === 0) return [];
  const inference = await sizedInference(model, data);
  const [all, inside] = [[...model.graph.nodes], holders].map((nodes) =>
    sum(nodes.map((node) => macs(node, inference))),
  );
  const share = all! > 0 ? `${((100 * inside!) / all!).toFixed(1)} %` : "a share that is not known";
  const types = [...new Set(holders.map(({ type }) => type))].join(", ");
  const text = `${holders.length} in float with all that is inside (${types}), ${share} of the multiply-adds: only the main graph is quantized with calibration`;
  return [{ kind: "left", text, subjects: holders.map(nameOf) }];
}

async function sizedInference(model: Model, data: PassData | undefined): Promise<Inference> {
  for await (const batch of data?.batches({ batch: 1, samples: 1 }) ?? [])
    return inferTypes(model, { inputShapes: new Map([...batch].map(([name, { shape }]) => [name, shape])) });
  return withUsualSizes(model, inferTypes(model));
}

/** Of what is known. */
function macs(node: Node, inference: Inference): number {
  const inner = subgraphs(node).map((graph) => graphMacs(graph, inference));
  return inner.length > 0 ? Math.max(...inner) : (inference.macs(node) ?? 0);
}

function graphMacs(graph: Graph, inference: Inference): number {
  return sum([...graph.nodes].map((node) => macs(node, inference)));
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
