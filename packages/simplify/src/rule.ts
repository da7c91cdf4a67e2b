/**
 * A rule looks at one node and rewrites the graph around it where it can. A rewriting is a named set of rules with one
 * promise; it becomes a pass of its own, and a part of `simplify`, which sweeps the rules of all rewritings together.
 */
import { isPareError } from "@pare/error";
import { type Attr, type Graph, type Model, type Node, type OpName, subgraphs } from "@pare/ir";
import type { Pass, Promised } from "@pare/pass";
import * as z from "zod";
import { nameOf, Scene } from "./scene.ts";

export interface Rule {
  /** The operators that it looks at. */
  readonly ops: readonly OpName[];
  /** Makes no constants, so it may work in the bodies of functions, which cannot hold any. Default false. */
  readonly inFunctions?: boolean;
  /** Whether it changed anything. */
  apply(node: Node, scene: Scene): boolean;
}

export interface Rewriting {
  /** "simplify/merge-transposes" */
  readonly name: string;
  readonly summary: string;
  readonly promise: Promised;
  /**
   * Rounds in places where the runtime does not when it loads a model: `simplify` measures what these cost together, and
   * takes them back where a model amplifies it. Default false.
   */
  readonly isBold?: boolean;
  readonly rules: readonly Rule[];
}

/** Sweeps end when nothing changes; a chain of rewrites longer than this is left for the next run. */
const mostSweeps = 20;
const mostTriesPerNode = 20;

export function passOf(rewriting: Rewriting): Pass<Record<string, never>> {
  return {
    name: rewriting.name,
    summary: rewriting.summary,
    promise: rewriting.promise,
    options: z.strictObject({}),
    run: async (model, _, tools) => {
      const scene = new Scene(model, tools);
      const sweep = sweeper([rewriting]);
      for (let i = 0; i < mostSweeps && sweep(scene); i++) scene.refresh();
      return scene.notes;
    },
  };
}

/** One walk over all nodes, in order, applying every rule that looks at their operator. Says whether anything changed. */
export function sweeper(rewritings: readonly Rewriting[]): (scene: Scene) => boolean {
  const byOp = new Map<OpName, { readonly name: string; readonly rule: Rule }[]>();
  for (const { name, rules } of rewritings)
    for (const rule of rules) for (const op of rule.ops) byOp.set(op, [...(byOp.get(op) ?? []), { name, rule }]);
  const applyFirst = (node: Node, scene: Scene, inFunction: boolean): boolean => {
    for (const { name, rule } of byOp.get(node.op) ?? []) {
      if (inFunction && rule.inFunctions !== true) continue;
      scene.label = name;
      if (applies(rule, node, scene)) return true;
    }
    return false;
  };
  const visitGraph = (graph: Graph, scene: Scene): void => {
    const inFunction = !scene.holdsConstants(graph);
    for (const node of graph.nodes) {
      scene.tools.signal.throwIfAborted();
      if (hasReference(node) || !scene.tools.selects(node)) continue;
      for (let i = 0; i < mostTriesPerNode && isAlive(node) && applyFirst(node, scene, inFunction); i++);
      if (isAlive(node)) for (const inner of subgraphs(node)) visitGraph(inner, scene);
    }
  };
  return (scene) => {
    const before = scene.changes;
    for (const graph of rootGraphs(scene.model)) visitGraph(graph, scene);
    return scene.changes > before;
  };
}

/** A node whose attributes are of other kinds than its operator asks for is left as it is. */
function applies(rule: Rule, node: Node, scene: Scene): boolean {
  try {
    return rule.apply(node, scene);
  } catch (error) {
    if (!isPareError(error) || error.fault.code !== "ATTRIBUTE_KIND") throw error;
    scene.leave(`left a node whose attributes break its operator's rules: ${error.fault.at}`, nameOf(node));
    return false;
  }
}

export function rootGraphs(model: Model): readonly Graph[] {
  return [model.graph, ...model.functions.map((each) => each.body)];
}

/** Whether the node is still part of its graph. */
export function isAlive(node: Node): boolean {
  return node.outputs.some((output) => output.name !== "" && node.graph.value(output.name) === output);
}

/** Inside a function an attribute may stand for one of the function's own: nothing is known of such a node. */
export function hasReference(node: Node): boolean {
  const isReference = (attr: Attr) => attr.kind === "reference";
  return [...node.attrs.values()].some(isReference);
}
