/**
 * What a runtime will do with each node of a written graph: QDQ, QLinear operators, or float. Made from the graph alone.
 *
 * ONNX Runtime's CPU provider follows `selectors.ts`. Other runtimes are taken at their word: an operator of the
 * target's list, with its data behind DQ, is integer; nothing is where the target has no operators.
 */
import type { Model, Node } from "@pare/ir";
import type { Inference } from "@pare/ops";
import type { NodePrediction, Prediction } from "../contract.ts";
import { noKernel } from "../placement/refusals.ts";
import type { Target } from "../targets/target.ts";
import { clipBehind, isRedundant } from "./clips.ts";
import { dynamicProducts } from "./dynamic-products.ts";
import { fusedMatMuls } from "./fusions.ts";
import { asUnsigned, type Grid, isDequantize, isQuantize } from "./grids.ts";
import { isConversion, isIntegerKernel } from "./integer-kernels.ts";
import { type Neighbours, neighboursOf } from "./neighbours.ts";
import { ownGrids } from "./own-weights.ts";
import { foldableNodes, isFloatNode, selectors, type Unit, type Verdict } from "./selectors.ts";
import { withUsualSizes } from "./sizes.ts";

export function predict(model: Model, inference: Inference, target: Target): Prediction {
  const around = neighboursOf(model, inference);
  const verdicts = new Map<Node, Verdict>();
  const foldable = foldableNodes(model);
  for (const node of model.graph.nodes)
    verdicts.set(node, foldable.has(node) ? computedBefore : verdictOf(node, around, target));
  if (target.runtime === "onnxruntime" && target.device === "cpu")
    for (const [node, verdict] of [...fusedMatMuls(model, around), ...dynamicProducts(model)])
      verdicts.set(node, verdict);
  const absorbed = absorbedNodes(verdicts, around);
  const sized = withUsualSizes(model, inference);
  const nodes = [...verdicts].map(([node, verdict]) => describe(node, verdict, absorbed, sized));
  return { target: target.name, nodes, integerShare: shareOf(nodes) };
}

export const computedEarly = "constant: computed when the model is loaded";
const computedBefore: Verdict = { kind: "float", reason: computedEarly };

/** Of multiply-adds; undefined where a size is unknown even so, or there are none. */
function shareOf(nodes: readonly NodePrediction[]): number | undefined {
  let [all, integer] = [0, 0];
  for (const { macs, kind } of nodes) {
    if (macs === undefined) return undefined;
    all += macs;
    if (kind === "integer") integer += macs;
  }
  return all === 0 ? undefined : integer / all;
}

function verdictOf(node: Node, around: Neighbours, target: Target): Verdict {
  if (isIntegerKernel(node.type)) return { kind: "integer", kernel: node.type };
  if (isConversion(node.type)) return { kind: "float", reason: "changes between floats and codes" };
  const unit = unitOf(node, around, target);
  if (target.device !== "cpu") return otherRuntime(unit, target);
  const selector = selectors.get(node.op);
  if (selector === undefined || !isFloatNode(around, node)) return { kind: "float", reason: plainReason(node, around) };
  const clip = clipBehind(node);
  if (clip === undefined) return selector(unit);
  const [grid, ...others] = around.readers(clip);
  if (grid === undefined || others.length > 0 || !isRedundant(clip, grid, around.opset))
    return { kind: "float", reason: `the ${clip.type} behind it is not in its grid` };
  return selector({ ...unit, behind: [unit.signedActivations ? grid : asUnsigned(grid)], otherReaders: 0 });
}

function unitOf(node: Node, around: Neighbours, target: Target): Unit {
  const signedActivations = target.activation.type === "int8";
  const asRun = (grid: Grid) => (signedActivations ? grid : asUnsigned(grid));
  const readers = around.readers(node);
  const behind = readers.filter((grid) => grid !== undefined).map(asRun);
  const given = [...around.dequantized(node)].map(([slot, grid]) => [slot, asRun(grid)] as const);
  return {
    node,
    around,
    before: new Map([...given, ...ownGrids(node, around)]),
    behind,
    otherReaders: readers.length - behind.length,
    signedActivations,
  };
}

function otherRuntime({ node, before }: Unit, target: Target): Verdict {
  const rule = target.operators[node.op];
  if (rule === undefined) return { kind: "float", reason: noKernel(target, node) };
  if (before.size === 0) return { kind: "float", reason: "its data are float" };
  return { kind: rule.kind === "move" ? "moved" : "integer", kernel: rule.kernel };
}

function plainReason(node: Node, around: Neighbours): string {
  return isFloatNode(around, node) ? `there is no integer kernel for ${node.type}` : "no float data";
}

/** Q, DQ and clips that an integer kernel takes in; by node, the kernel. A DQ that a float node reads too stays. */
function absorbedNodes(verdicts: ReadonlyMap<Node, Verdict>, around: Neighbours): ReadonlyMap<Node, string> {
  const absorbed = new Map<Node, string>();
  for (const [node, verdict] of verdicts) {
    if (isDequantize(node)) {
      const kernel = kernelOfReaders(node, verdicts);
      if (kernel !== undefined) absorbed.set(node, kernel);
    }
    if (verdict.kind === "float" || isIntegerKernel(node.type)) continue;
    const clip = clipBehind(node);
    const takesClip = clip !== undefined && around.readers(clip)[0] !== undefined;
    if (takesClip) absorbed.set(clip, verdict.kernel);
    for (const grid of around.readers(takesClip ? clip : node))
      if (grid !== undefined && isQuantize(grid.node)) absorbed.set(grid.node, verdict.kernel);
  }
  return absorbed;
}

/** The kernel of the first reader, where all of them take codes. */
function kernelOfReaders(dequantize: Node, verdicts: ReadonlyMap<Node, Verdict>): string | undefined {
  const uses = [...(dequantize.outputs[0]?.uses ?? [])];
  const readers = uses.map((use) => (use.kind === "input" ? verdicts.get(use.node) : undefined));
  const kernels = readers.map((verdict) => (verdict === undefined ? undefined : verdict.kernel));
  return kernels.every((kernel) => kernel !== undefined) ? kernels[0] : undefined;
}

function describe(
  node: Node,
  verdict: Verdict,
  absorbed: ReadonlyMap<Node, string>,
  inference: Inference,
): NodePrediction {
  const macs = inference.macs(node);
  const into =
    absorbed.get(node) ?? (verdict.kind === "moved" && verdict.kernel !== node.type ? verdict.kernel : undefined);
  if (into !== undefined) return { node, kind: "moved", kernel: into, reason: `goes into ${into}`, macs };
  if (verdict.kind === "float")
    return { node, kind: "float", kernel: verdict.kernel ?? node.type, reason: verdict.reason, macs };
  const reason = verdict.kind === "moved" ? "the same codes, moved" : "codes in";
  return { node, kind: verdict.kind, kernel: verdict.kernel, reason, macs };
}
