/**
 * What ran, compared with what was predicted, node by node, by the name of the kernel.
 *
 * 1. An integer node must have run as its kernel. (What only moves codes may have gone: two Transposes that undo each
 *    other, for one.)
 * 2. A float node must not have run as integers; it may have been fused into another or computed beforehand.
 * 3. No integer kernel ran that was not predicted: counted by kernel.
 *
 * The runtime keeps the name of a node that it rewrites; where a node had none, or lost it, its results tell.
 */
import { describeNode, type Model, type Node, producerOf } from "@pare/ir";
import type { Profile, ProfileEvent } from "@pare/pass";
import type { NodePrediction, Prediction } from "../contract.ts";
import { chainOf } from "./dynamic-products.ts";
import { isIntegerKernel } from "./integer-kernels.ts";
import { computedEarly } from "./predict.ts";

export interface Disagreement {
  /** `Conv "conv1"`; the kernel's name where a kernel ran that nothing predicted. */
  readonly node: string;
  readonly predicted: string;
  readonly ran: string;
}

export interface Proof {
  /** How many nodes were predicted to run as integers, or as another kernel than their operator's. */
  readonly compared: number;
  readonly disagreements: readonly Disagreement[];
  /** Multiply-adds of predicted integer nodes that did run so ÷ all; undefined as in the prediction. */
  readonly provenShare: number | undefined;
}

/** `optimized`: the graph as the runtime rewrote it. */
export function prove(prediction: Prediction, profile: Profile, optimized: Model): Proof {
  const ran = ranKernels(profile, optimized);
  const compared = prediction.nodes.filter(isCompared);
  const proven = new Set(compared.filter((each) => ran.kernelOf(each) === each.kernel));
  for (const each of provenByCount(compared, proven, ran)) proven.add(each);
  const failed = compared.filter((each) => !proven.has(each)).map((each) => disagreement(each, ran.kernelOf(each)));
  const surprises = prediction.nodes
    .filter((each) => each.kind === "float" && each.reason !== computedEarly && !isCompared(each))
    .map((each) => disagreement(each, ran.kernelOf(each)))
    .filter((each) => isIntegerKernel(each.ran));
  const uncounted = [...ran.integerKernels].flatMap(([kernel, count]) => {
    const expected = compared.filter((each) => each.kernel === kernel).length;
    const isTold = count <= expected || surprises.some((each) => each.ran === kernel);
    return isTold ? [] : [{ node: kernel, predicted: `${expected} of them`, ran: `${count}` }];
  });
  return {
    compared: compared.length,
    disagreements: [...failed, ...surprises, ...uncounted],
    provenShare: shareOf(prediction, proven),
  };
}

/**
 * Nodes of which the runtime left no trace, where exactly as many more ran as their kernel: a change of layout renames
 * what a node without a name gives.
 */
function provenByCount(
  compared: readonly NodePrediction[],
  proven: ReadonlySet<NodePrediction>,
  ran: Ran,
): readonly NodePrediction[] {
  const lost = compared.filter((each) => !proven.has(each) && ran.kernelOf(each) === undefined);
  return lost.filter(({ kernel }) => {
    const alike = compared.filter((each) => each.kernel === kernel);
    const known = alike.filter((each) => proven.has(each) || lost.includes(each));
    return known.length === alike.length && ran.integerKernels.get(kernel) === alike.length;
  });
}

/** Integer nodes, and float ones that run as another kernel than their operator's (MatMulNBits). */
function isCompared({ node, kind, kernel }: NodePrediction): boolean {
  return kind === "integer" || (kind === "float" && kernel !== node.type);
}

function disagreement({ node, kernel }: NodePrediction, ran: string | undefined): Disagreement {
  return { node: describeNode(node), predicted: kernel, ran: ran ?? "nothing of its name" };
}

function shareOf({ nodes }: Prediction, proven: ReadonlySet<NodePrediction>): number | undefined {
  let [all, integer] = [0, 0];
  for (const each of nodes) {
    if (each.macs === undefined) return undefined;
    all += each.macs;
    if (proven.has(each) && each.kind === "integer") integer += each.macs;
  }
  return all === 0 ? undefined : integer / all;
}

interface Ran {
  kernelOf(prediction: NodePrediction): string | undefined;
  /** How many nodes ran as each integer kernel. */
  readonly integerKernels: ReadonlyMap<string, number>;
}

function ranKernels({ events }: Profile, optimized: Model): Ran {
  const byName = new Map<string, Set<string>>();
  const runs = new Map<string, ProfileEvent>();
  for (const event of events) {
    runs.set(`${event.index} ${event.node}`, event);
    if (event.node !== "") byName.set(event.node, (byName.get(event.node) ?? new Set<string>()).add(event.op));
  }
  const byValue = valueKernels(optimized);
  const integerKernels = new Map<string, number>();
  for (const { op } of runs.values())
    if (isIntegerKernel(op)) integerKernels.set(op, (integerKernels.get(op) ?? 0) + 1);
  return {
    integerKernels,
    kernelOf: ({ node, kernel }) => {
      const named = node.name === "" ? undefined : byName.get(node.name);
      if (named?.has(kernel)) return kernel;
      const kernels = [...traces(node)].flatMap((name) => byValue.get(name) ?? []);
      if (kernels.includes(kernel)) return kernel;
      return kernels.find((each) => !layoutChanges.has(each)) ?? [...(named ?? [])][0];
    },
  };
}

/** Put around what the runtime computes in another layout: they say nothing of it. */
const layoutChanges = new Set(["Transpose", "ReorderInput", "ReorderOutput"]);

/** By value: the operators of the optimized graph that give it, or read it as a constant. */
function valueKernels({ graph }: Model): ReadonlyMap<string, readonly string[]> {
  const kernels = new Map<string, string[]>();
  const note = (name: string, type: string) => kernels.set(name, [...(kernels.get(name) ?? []), type]);
  for (const node of graph.nodes) {
    for (const { name } of node.outputs) note(name, node.type);
    for (const input of node.inputs) if (input?.origin.kind === "constant") note(input.name, node.type);
  }
  return kernels;
}

/**
 * Values that tell where a node went: the codes of its weight, and what it gives, as the codes of the Q behind it or as
 * floats. (The runtime gives convolutions new names where it changes the layout of their data.)
 */
function* traces(node: Node): Generator<string> {
  for (const input of node.inputs.slice(1, 2)) {
    const producer = producerOf(input);
    const codes = producer?.type === "DequantizeLinear" ? producer.inputs[0] : undefined;
    if (codes?.origin.kind === "constant") yield codes.name;
  }
  for (const last of chainOf(node).slice(-1)) for (const { name } of last.outputs) yield name;
  for (const output of node.outputs) {
    for (const use of output.uses)
      if (use.kind === "input" && use.node.type === "QuantizeLinear")
        for (const { name } of use.node.outputs) yield name;
    yield output.name;
  }
}
