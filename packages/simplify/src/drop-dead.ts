/** Nodes whose outputs nothing reads, constants that nothing reads, functions that nothing calls, outputs at the end. */
import { allGraphs, type Graph, graphsWithin, type Model, type ModelFunction, type Node, type OpName } from "@pare/ir";
import { dropUnused, isUnused } from "./drop-unused.ts";
import { rootGraphs } from "./rule.ts";
import { nameOf, type Scene } from "./scene.ts";
import type { Step } from "./step.ts";

export const dropDead: Step = {
  name: "simplify/drop-dead",
  summary: "Remove nodes, constants and functions that nothing uses",
  promise: "exact",
  run(scene) {
    dropFunctions(scene);
    // Inner graphs last to first: what an inner node read from outside is dead afterwards.
    for (const graph of [...allGraphs(scene.model)].reverse()) dropFrom(graph, scene);
    for (const graph of rootGraphs(scene.model)) trimOutputs(graph, scene);
  },
};

function dropFrom(graph: Graph, scene: Scene): void {
  const dead = [...graph.nodes].filter((node) => isUnused(node) && scene.tools.selects(node));
  const idle = [...graph.values].filter(
    ({ origin, uses }) => uses.size === 0 && (origin.kind === "constant" || origin.kind === "sparse-constant"),
  );
  if (dead.length === 0 && idle.length === 0) return;
  const unused = idle.filter((value) => scene.tools.selects(value));
  graph.edit(scene.label, (edit) => {
    for (const node of dead) scene.changed("removed a node that nothing uses", nameOf(node));
    for (const value of unused) scene.changed("removed a constant that nothing uses", value.name);
    dropUnused(edit, [...dead.flatMap((node) => node.outputs), ...unused], (tensor) => scene.ledger.freed(tensor));
  });
}

function dropFunctions(scene: Scene): void {
  const { model } = scene;
  const kept = reachableFunctions(model);
  const dropped = model.functions.filter((fn) => !kept.has(fn));
  if (dropped.length === 0) return;
  model.update(scene.label, { functions: model.functions.filter((fn) => kept.has(fn)) });
  for (const fn of dropped) scene.changed("removed a function that nothing calls", `${fn.domain}.${fn.name}`);
}

/** The functions that the main graph calls, and those that they call. */
function reachableFunctions(model: Model): ReadonlySet<ModelFunction> {
  const byKey = new Map(model.functions.map((fn) => [functionKey(`${fn.domain}.${fn.name}`, fn.overload), fn]));
  const reached = new Set<ModelFunction>();
  const pending: Node[] = nodesWithin(model.graph);
  while (pending.length > 0) {
    const node = pending.pop()!;
    const fn = byKey.get(functionKey(node.op, node.overload));
    if (fn === undefined || reached.has(fn)) continue;
    reached.add(fn);
    pending.push(...nodesWithin(fn.body));
  }
  return reached;
}

function nodesWithin(graph: Graph): Node[] {
  return [...graphsWithin(graph)].flatMap((each) => [...each.nodes]);
}

export function functionKey(op: OpName, overload: string): string {
  return `${op} ${overload}`;
}

/** Operators whose later outputs may be left out. */
const optionalOutputs: Readonly<Record<OpName, number>> = {
  "onnx.Dropout": 1,
  "onnx.MaxPool": 1,
  "onnx.LSTM": 1,
  "onnx.GRU": 1,
  "onnx.RNN": 1,
  "onnx.LayerNormalization": 1,
};

function trimOutputs(graph: Graph, scene: Scene): void {
  for (const node of graph.nodes) {
    const least = optionalOutputs[node.op];
    if (least === undefined || node.outputs.length <= least || !scene.tools.selects(node)) continue;
    let count = node.outputs.length;
    while (count > least && node.outputs[count - 1]!.uses.size === 0) count--;
    if (count === node.outputs.length) continue;
    graph.edit(scene.label, (edit) => edit.setOutputCount(node, count));
    scene.changed("dropped outputs that nothing uses", nameOf(node));
  }
}
