import { describeNode } from "./attributes.ts";
import { verifyError } from "./errors.ts";
import { ancestorIn, isInOrder } from "./sort.ts";
import { type GraphState, isVisible, type NodeState, subgraphs } from "./state.ts";
import type { Model, Use, Value } from "./types.ts";
import { allGraphs } from "./walk.ts";

/**
 * The structural rules, over main graph, subgraphs and functions; linear in their size:
 * 1. every name of a graph is unique in it, and found under it;
 * 2. every value that is read is visible where it is read, and knows the use; every use is real;
 * 3. every producer stands before its users, so the graph is acyclic;
 * 4. a subgraph knows the node that it is an attribute of;
 * 5. the main graph's inputs and outputs have names.
 * That types agree is for `@pare/ops` to say (`inferTypes(model).conflicts`): this package does not know operators.
 */
export function problemsOf(model: Model): readonly string[] {
  const problems: string[] = [];
  for (const graph of allGraphs(model)) checkGraph(graph as GraphState, problems);
  return problems;
}

/** @throws GRAPH_INVALID with the first problem and the number of others */
export function verifyModel(model: Model): void {
  const problems = problemsOf(model);
  if (problems.length > 0) throw verifyError(problems);
}

function checkGraph(graph: GraphState, problems: string[]): void {
  const seen = new Set<string>();
  const report = (problem: string) => problems.push(`in graph "${graph.name}", ${problem}`);
  const owned: Value[] = [...graph.inputs];
  for (const value of graph.values) if (value.origin.kind.endsWith("constant")) owned.push(value);
  for (const node of graph.nodes) {
    checkNode(node, report);
    owned.push(...node.outputs);
  }
  for (const value of owned) {
    if (value.name === "") continue;
    if (seen.has(value.name)) report(`the value "${value.name}" is defined twice`);
    seen.add(value.name);
    if (graph.own.get(value.name) !== value) report(`the value "${value.name}" is not found under its name`);
    for (const use of value.uses) checkUse(value, use, report);
  }
  if (graph.own.size !== seen.size) report("values are left that nothing defines");
  graph.outputs.forEach((value, slot) => {
    if (value.name === "") report(`output ${slot} has no name`);
    if (!value.uses.has(graph.outputUses[slot]!)) report(`output "${value.name}" does not know that it is one`);
  });
}

function checkNode(node: NodeState, report: (problem: string) => void): void {
  node.inputs.forEach((value, slot) => {
    if (value === undefined) return;
    if (!isVisible(value, node.graph)) report(`${describeNode(node)} reads "${value.name}", which it cannot see`);
    if (!value.uses.has(node.slots[slot]!)) report(`"${value.name}" does not know that ${describeNode(node)} reads it`);
  });
  for (const inner of subgraphs(node)) {
    if (inner.parent !== node) report(`a subgraph of ${describeNode(node)} belongs to another node`);
  }
  if (!isInOrder(node)) report(`${describeNode(node)} reads a value that is made after it`);
}

function checkUse(value: Value, use: Use, report: (problem: string) => void): void {
  const holder = use.kind === "input" ? use.node.inputs[use.slot] : use.graph.outputs[use.slot];
  const node = use.kind === "input" ? (use.node as NodeState) : (use.graph.parent as NodeState | undefined);
  const isGone = node !== undefined && (node.removed || ancestorIn(value.graph, node)?.removed === true);
  if (holder !== value || isGone) report(`"${value.name}" lists a use that is gone`);
}
