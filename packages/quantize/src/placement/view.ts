import { type Model, type Node, producerOf, type Value } from "@pare/ir";
import { dtypeOf, type Inference, type Shape, shapeOf, specOf } from "@pare/ops";
import { elementCount, type Tensor } from "@pare/tensor";
import type { OperatorRule, Target } from "../targets/target.ts";

/** What the rules ask of a model. */
export interface View {
  readonly model: Model;
  readonly inference: Inference;
  readonly target: Target;
  readonly opset: number;
  /** Of the main graph, in order. */
  readonly nodes: readonly Node[];
  /** What `codeSlots` has found, by node: it is asked again and again. */
  readonly slots: Map<Node, readonly number[]>;
}

export function viewOf(model: Model, inference: Inference, target: Target): View {
  return {
    model,
    inference,
    target,
    opset: model.opsets.get("onnx") ?? 1,
    nodes: [...model.graph.nodes],
    slots: new Map(),
  };
}

/** How the target runs the operator as integers; undefined where it does not. */
export function ruleOf({ target }: View, node: Node): OperatorRule | undefined {
  return target.operators[node.op];
}

/** Only float32 is quantized: half floats are small already, and doubles have no integer kernels. */
export function isFloat32({ inference }: View, value: Value | undefined): boolean {
  return value !== undefined && dtypeOf(inference.type(value)) === "float32";
}

export function constantOf(value: Value | undefined): Tensor | undefined {
  return value?.origin.kind === "constant" ? value.origin.tensor : undefined;
}

export function shapeIn({ inference }: View, value: Value | undefined): Shape | undefined {
  return value && shapeOf(inference.type(value));
}

/** What an unknown size is taken for, the same everywhere: good for comparing one tensor of a model with another. */
const guessedSize = 16;

/** About how many elements a value has; undefined where not even its rank is known. */
export function elementsIn(view: View, value: Value): number | undefined {
  const shape = shapeIn(view, value);
  return shape && elementCount(shape.map((dim) => (typeof dim === "number" ? dim : guessedSize)));
}

/** The inputs that are codes where the node is integer: its float data and weights, not biases and not parameters. */
export function codeSlots(view: View, node: Node): readonly number[] {
  const known = view.slots.get(node);
  if (known !== undefined) return known;
  const found = ruleOf(view, node)?.residual ? skipSlot(node) : dataSlots(view, node);
  view.slots.set(node, found);
  return found;
}

function dataSlots(view: View, node: Node): readonly number[] {
  return slotsOf(node, (role) => role === "data" || role === "weight").filter((slot) =>
    isFloat32(view, node.inputs[slot]),
  );
}

/** Of two added branches the one with fewer nodes since they parted: the other ends in the kernel that adds. */
function skipSlot(node: Node): readonly number[] {
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined || a === b) return [];
  const [behindA, behindB] = [ancestorsOf(a), ancestorsOf(b)];
  const own = (mine: ReadonlySet<Node>, other: ReadonlySet<Node>) =>
    [...mine].filter((each) => !other.has(each)).length;
  return own(behindA, behindB) < own(behindB, behindA) ? [0] : [1];
}

/** Branches of a residual block are short: no need to look further back than this. */
const mostAncestors = 32;

function ancestorsOf(value: Value): ReadonlySet<Node> {
  const found = new Set<Node>();
  const next = [value];
  for (const at of next) {
    const producer = producerOf(at);
    if (producer === undefined || found.has(producer) || found.size >= mostAncestors) continue;
    found.add(producer);
    next.push(...producer.inputs.filter((input) => input !== undefined));
  }
  return found;
}

export function biasSlot(node: Node): number | undefined {
  return slotsOf(node, (role) => role === "bias")[0];
}

function slotsOf(node: Node, wanted: (role: string) => boolean): readonly number[] {
  const roles = specOf(node.op)?.roles?.(node) ?? ["data"];
  return [...node.inputs.keys()].filter(
    (slot) => node.inputs[slot] !== undefined && wanted(roles[Math.min(slot, roles.length - 1)] ?? "data"),
  );
}

/** The code inputs that are computed when the model runs, each value once. */
export function codedInputs(view: View, node: Node): readonly Value[] {
  const values = codeSlots(view, node).map((slot) => node.inputs[slot]!);
  return [...new Set(values.filter((value) => constantOf(value) === undefined))];
}

export function namedOutputs(node: Node): readonly Value[] {
  return node.outputs.filter(({ name }) => name !== "");
}
