/**
 * What of a model becomes integer on a target, and where the grids lie. One engine for all targets: they differ in their
 * data alone. Nothing is changed.
 *
 * 1. A node can be integer where the target has a kernel for it and nothing in the node itself speaks against it.
 * 2. Relu and Clip behind such a node go into its grid where the grid is asymmetric.
 * 3. Compute nodes become integer; moves and pointwise nodes follow (see `spread`).
 * 4. Values that moves connect share a grid. Weights get a scale a channel; biases follow from data and weight.
 */
import type { Model, Node } from "@pare/ir";
import type { Inference } from "@pare/ops";
import type { ActivationSpec, Decision, Placement, PlacementOptions } from "../contract.ts";
import { clipBehind } from "../predict/clips.ts";
import type { Target } from "../targets/target.ts";
import { biasPoints, weightPoints } from "./constants.ts";
import { endLayers } from "./end-layers.ts";
import { type Flow, flowOf } from "./fold-clips.ts";
import { groupsOf } from "./groups.ts";
import { activationPoints } from "./points.ts";
import { protectedNodes } from "./protect.ts";
import { refusal, refuseSharers } from "./refusals.ts";
import { type Spread, spread } from "./spread.ts";
import { ruleOf, type View, viewOf } from "./view.ts";

export function place(model: Model, inference: Inference, target: Target, options: PlacementOptions = {}): Placement {
  const view = viewOf(model, inference, target);
  const activation: ActivationSpec = { ...target.activation, ...options.activation };
  const ends = endLayers(view);
  const refusals = refusalsOf(view, options, ends);
  const mayFold = (clip: Node) => !activation.symmetric && options.keepFloat?.(clip) === undefined;
  const possible = new Set(view.nodes.filter((node) => !refusals.has(node)));
  const { folds } = flowOf(view, possible, mayFold);
  for (const node of possible) if (isStoppedByClip(view, node, folds)) refusals.set(node, stoppedByClip);
  refuseSharers(view, refusals);
  const candidates = new Set(view.nodes.filter((node) => !refusals.has(node)));
  const flow = flowOf(view, candidates, mayFold);
  const found = spread(flow, candidates);
  const folded = foldedClips(flow, found);
  return {
    target,
    decisions: decisionsOf(flow, found, folded, refusals),
    activations: activationPoints(flow, found, activation),
    weights: weightPoints(view, found.integer, activation, options),
    biases: biasPoints(view, found.integer),
    folded,
    ends,
  };
}

const stoppedByClip = "the Relu or Clip behind it fits no grid, and ONNX Runtime then leaves both in float";

function isStoppedByClip(view: View, node: Node, folds: Flow["folds"]): boolean {
  if (view.target.runtime !== "onnxruntime" || clipBehind(node) === undefined) return false;
  return ruleOf(view, node) !== undefined && !folds.has(node.outputs[0]!);
}

/** Why nodes stay float: the user's word first, then a pattern's name, which says more than that a kernel is missing. */
function refusalsOf(view: View, options: PlacementOptions, ends: Placement["ends"]): Map<Node, string> {
  const fragile = fragileNodes(view, options, ends);
  const reasons = view.nodes.map(
    (node) => [node, options.keepFloat?.(node) ?? fragile.get(node) ?? refusal(view, node)] as const,
  );
  return new Map(reasons.filter((pair): pair is [Node, string] => pair[1] !== undefined));
}

/** Where everything must be integer, nothing can be protected; where nothing can be, nothing needs to. */
function fragileNodes(
  view: View,
  { protect = !view.target.integerPorts, ends: kept = "integer" }: PlacementOptions,
  ends: Placement["ends"],
): ReadonlyMap<Node, string> {
  if (Object.keys(view.target.operators).length === 0) return new Map();
  const isFloat = kept === "float";
  const first = (isFloat ? ends.first : []).map((node) => [node, "first layer: kept in float"] as const);
  const last = (isFloat ? ends.last : []).map((node) => [node, "last layer: kept in float"] as const);
  return new Map([...(protect ? protectedNodes(view) : []), ...last, ...first]);
}

/** Clips behind nodes that write codes; behind one that writes floats the clip still has its work to do. */
function foldedClips({ view, folds }: Flow, { integer, isCoded }: Spread): readonly Node[] {
  return view.nodes.flatMap((node) => {
    const [value] = node.outputs;
    const fold = value && integer.has(node) ? folds.get(value) : undefined;
    return fold !== undefined && isCoded(fold.clip.outputs[0]!) ? [fold.clip] : [];
  });
}

function decisionsOf(
  flow: Flow,
  { integer, isCoded }: Spread,
  folded: readonly Node[],
  refusals: ReadonlyMap<Node, string>,
): ReadonlyMap<Node, Decision> {
  const { view } = flow;
  const groups = groupsOf(flow, integer, folded);
  const gone = new Set(folded);
  const decide = (node: Node): Decision => {
    const group = groups.get(node);
    if (gone.has(node)) return { kind: "moved", kernel: node.type, reason: "goes into the grid before it", group };
    const rule = integer.has(node) ? ruleOf(view, node) : undefined;
    if (rule === undefined) return { kind: "float", kernel: node.type, reason: floatReason(node, refusals), group };
    if (rule.kind === "move") return { kind: "moved", kernel: rule.kernel, reason: "the same codes, moved", group };
    const codes = flow.results(node).some(isCoded);
    const kernel = codes ? rule.kernel : (rule.floatKernel ?? rule.kernel);
    return { kind: "integer", kernel, reason: codes ? "codes in, codes out" : "codes in, floats out", group };
  };
  return new Map(view.nodes.map((node) => [node, decide(node)]));
}

function floatReason(node: Node, refusals: ReadonlyMap<Node, string>): string {
  return refusals.get(node) ?? "its neighbours are float";
}
