/**
 * Which nodes become integer. Compute nodes do wherever they can; what lies around them follows where that saves a
 * change between codes and floats, and not where it would make an island.
 *
 * 1. A move takes part where its data are codes already, or where all that reads its result takes codes.
 * 2. A pointwise node takes part where its data are codes already, one of them from a kernel that has nothing else to
 *    give (a small one may be made codes for it), and something integer reads its result; or where it makes few numbers
 *    of many (a global pool). So the float stream between the blocks of a transformer stays float.
 * 3. A kernel that can also write float (`output: either`) writes codes only where something integer reads them, or
 *    where a clip behind it must go into a grid for the kernel to run at all.
 */
import { type Node, onlyConsumer, producerOf, type Use, type Value } from "@pare/ir";
import type { Flow } from "./fold-clips.ts";
import { codedInputs, codeSlots, elementsIn, ruleOf } from "./view.ts";

export interface Spread {
  readonly integer: ReadonlySet<Node>;
  /** Whether a value is codes when the placement is written; of a clipped value ask for the clip's result. */
  isCoded(value: Value): boolean;
}

type Nodes = ReadonlySet<Node>;

export function spread(flow: Flow, candidates: Nodes): Spread {
  const { view } = flow;
  const integer = new Set(view.nodes.filter((node) => candidates.has(node) && ruleOf(view, node)?.kind === "compute"));
  for (const node of view.nodes) if (candidates.has(node) && endsInKernel(flow, node, integer)) integer.add(node);
  const others = view.nodes.filter((node) => candidates.has(node) && !integer.has(node));
  for (let size = -1; size !== integer.size; ) {
    size = integer.size;
    for (const node of joining(flow, others, integer)) integer.add(node);
    for (const node of [...others].reverse()) if (feedsOnly(flow, node, integer)) integer.add(node);
  }
  return { integer, isCoded: (value) => isCoded(flow, value, integer) };
}

/** An addition that the kernel of its longer branch takes in. */
function endsInKernel(flow: Flow, node: Node, integer: Nodes): boolean {
  if (!ruleOf(flow.view, node)?.residual) return false;
  const [skip] = codeSlots(flow.view, node);
  const main = node.inputs[1 - (skip ?? 0)];
  const producer = main && flow.producer(main);
  return (
    skip !== undefined &&
    producer !== undefined &&
    integer.has(producer) &&
    main !== undefined &&
    onlyConsumer(main) === node
  );
}

function isCoded(flow: Flow, value: Value, integer: Nodes): boolean {
  return mustBeCoded(flow, value, integer) || isWanted(flow, value, integer);
}

/** Its producer is integer and has no way to give floats. */
function mustBeCoded(flow: Flow, value: Value, integer: Nodes): boolean {
  if (value.origin.kind === "input") return flow.view.target.integerPorts;
  const producer = flow.producer(value);
  if (producer === undefined || !integer.has(producer)) return false;
  return ruleOf(flow.view, producer)?.output !== "either" || needsItsClip(flow, value);
}

/** ONNX Runtime looks behind a Relu or Clip that has one reader, and leaves the node float where no Q is there. */
function needsItsClip({ view, folds }: Flow, value: Value): boolean {
  const clip = producerOf(value);
  const clipped = clip?.inputs[0];
  if (view.target.runtime !== "onnxruntime" || clipped === undefined || folds.get(clipped)?.clip !== clip) return false;
  return onlyConsumer(value) !== undefined;
}

/** Something integer reads it as codes. */
function isWanted(flow: Flow, value: Value, integer: Nodes): boolean {
  return [...flow.uses(value)].some((use) => readsCodes(flow, use, integer));
}

function readsCodes({ view }: Flow, use: Use, integer: Nodes): boolean {
  if (use.kind === "output") return view.target.integerPorts && use.graph === view.model.graph;
  return integer.has(use.node) && codeSlots(view, use.node).includes(use.slot);
}

/** The largest set of nodes that can join: all whose data could be codes, then without those that help nobody. */
function joining(flow: Flow, others: readonly Node[], integer: Nodes): Nodes {
  let members = new Set(others.filter((node) => !integer.has(node)));
  for (let size = -1; size !== members.size; ) {
    size = members.size;
    const reached = new Set(integer);
    for (const node of members) if (hasCodes(flow, node, reached)) reached.add(node);
    members = new Set([...members].filter((node) => reached.has(node)));
    const useful = new Set(integer);
    for (const node of [...members].reverse()) if (isUseful(flow, node, useful, reached)) useful.add(node);
    members = new Set([...members].filter((node) => useful.has(node)));
  }
  return members;
}

function hasCodes(flow: Flow, node: Node, reached: Nodes): boolean {
  const inputs = codedInputs(flow.view, node);
  const ready = inputs.filter((value) => couldBeCoded(flow, value, reached));
  const isPointwise = ruleOf(flow.view, node)?.kind === "pointwise";
  if (isPointwise && !ready.some((value) => mustBeCoded(flow, value, reached))) return false;
  return ready.length > 0 && inputs.every((value) => ready.includes(value) || isSmall(flow, value, node));
}

function couldBeCoded(flow: Flow, value: Value, integer: Nodes): boolean {
  const producer = flow.producer(value);
  return (producer !== undefined && integer.has(producer)) || isCoded(flow, value, integer);
}

/** Making codes of it costs next to nothing beside the node: a gate of [N,C,1,1] times [N,C,H,W]. */
function isSmall(flow: Flow, value: Value, node: Node): boolean {
  const [own, result] = [value, node.outputs[0]!].map((each) => elementsIn(flow.view, each));
  return own !== undefined && result !== undefined && own * 4 <= result;
}

function isUseful(flow: Flow, node: Node, useful: Nodes, reached: Nodes): boolean {
  if (flow.results(node).some((value) => isWanted(flow, value, useful))) return true;
  const inputs = codedInputs(flow.view, node);
  if (!inputs.every((value) => mustBeCoded(flow, value, reached))) return false;
  if (ruleOf(flow.view, node)?.kind !== "move") return gathersMany(flow, node);
  return inputs.every((value) => !hasFloatReader(flow, value, reached));
}

/** A global pool: what it reads need not become floats. */
function gathersMany(flow: Flow, node: Node): boolean {
  const { view } = flow;
  const [before, after] = [codedInputs(view, node), flow.results(node)].map((values) => total(flow, values));
  return before !== undefined && after !== undefined && after * 4 <= before;
}

function total({ view }: Flow, values: readonly Value[]): number | undefined {
  const counts = values.map((value) => elementsIn(view, value));
  return counts.every((count) => count !== undefined) ? counts.reduce((a, b) => a + b, 0) : undefined;
}

function hasFloatReader(flow: Flow, value: Value, integer: Nodes): boolean {
  return [...flow.uses(value)].some((use) => !readsCodes(flow, use, integer));
}

/** A move before which codes can be made as well as behind it, unless it drops most of them. */
function feedsOnly(flow: Flow, node: Node, integer: Nodes): boolean {
  if (integer.has(node) || ruleOf(flow.view, node)?.kind !== "move") return false;
  const uses = flow.results(node).flatMap((value) => [...flow.uses(value)]);
  if (uses.length === 0 || !uses.every((use) => readsCodes(flow, use, integer))) return false;
  const [before, after] = [codedInputs(flow.view, node), flow.results(node)].map((values) => total(flow, values));
  return before === undefined || after === undefined || after * 2 >= before;
}
