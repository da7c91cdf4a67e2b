/**
 * Files store equal tensors once: PyTorch's exporters and `simplify` let one constant serve wherever another held the same.
 * In a network that was never trained, or in part, those are all scales of 1 and all biases of 0, and even running means;
 * trained as one they would move as one. Which constants were tied on purpose (an embedding that is also the last layer)
 * shows by their elements, which differ; or by an Identity, by which PyTorch keeps the name of each parameter that was equal
 * to another, where several nodes read it. Nothing tells a bias of 0 that was tied on purpose once that name is gone.
 */
import type { Edit, Graph, Model, Node, Use, Value } from "@pare/ir";
import { constantOfNode } from "@pare/ops";
import { numbers, type Tensor } from "@pare/tensor";
import { isLearnedBy, isStatistic } from "./choose-parameters.ts";
import { dropUnread } from "./drop-unread.ts";
import { rawInputs } from "./raw-inputs.ts";

export interface Separation {
  /** Constants and nodes that stay as they are. */
  readonly frozen?: ((subject: Node | Value) => boolean) | undefined;
  /** Default everything that is learned; `statistics`: running means and variances alone. */
  readonly only?: "statistics";
}

/**
 * Gives each parameter, or running statistic, a constant of its own where one whose elements are all equal serves several,
 * in place. New ones are called as the Identity was, else after the node that reads them.
 * @returns the names of the constants that are new
 */
export function separateParameters({ graph }: Model, { frozen, only }: Separation = {}): readonly string[] {
  const raw = rawInputs(graph);
  const names: string[] = [];
  graph.edit("separate parameters", (edit) => {
    for (const value of [...graph.values]) {
      const tensor = value.uses.size === 0 || frozen?.(value) ? undefined : tensorOf(value);
      if (tensor?.dtype !== "float32") continue;
      const readers = readersOf(value, graph);
      if (readers.length < 2 || !isUniform(tensor)) continue;
      const isLearned = (use: NodeUse) =>
        !frozen?.(use.node) && (only === undefined ? isLearnedBy(use, value, tensor, raw) : isStatistic(use));
      const learned = readers.filter(({ uses }) => uses.length > 0 && uses.every(isLearned));
      // One of them keeps the constant where nothing else reads it.
      const kept = learned.length === readers.length ? learned.find(({ alias }) => alias === undefined) : undefined;
      for (const reader of learned) if (reader !== kept) names.push(separate(edit, value, tensor, reader));
      dropUnread(edit, value);
    }
  });
  return names;
}

type NodeUse = Extract<Use, { kind: "input" }>;

/** Nodes that read one parameter. */
interface Reader {
  /** None where it is a graph's output. */
  readonly uses: readonly NodeUse[];
  /** Output of the Identity by which they read the constant. */
  readonly alias: Value | undefined;
}

/**
 * What reads a constant: where some do by Identity, those that do not read one parameter, too; else each its own. A running
 * statistic is no other node's parameter, and two inputs of a node are never one.
 */
function readersOf(value: Value, graph: Graph): readonly Reader[] {
  const readers = readersBy(value, graph, undefined);
  const isNamed = readers.some(({ alias }) => alias !== undefined);
  return readers.flatMap((reader) => {
    const { uses, alias } = reader;
    const isOne = isNamed && !uses.some(isStatistic) && new Set(uses.map(({ node }) => node)).size === uses.length;
    return isOne || uses.length === 0 ? [reader] : uses.map((use) => ({ uses: [use], alias }));
  });
}

function readersBy(value: Value, graph: Graph, alias: Value | undefined): readonly Reader[] {
  const uses: NodeUse[] = [];
  const others: Reader[] = [];
  for (const use of value.uses) {
    if (use.kind === "output") others.push({ uses: [], alias });
    else if (use.node.op !== "onnx.Identity" || use.node.graph !== graph) uses.push(use);
    else others.push(...readersBy(use.node.outputs[0]!, graph, use.node.outputs[0]));
  }
  return uses.length === 0 ? others : [{ uses, alias }, ...others];
}

/** Constants, Constant nodes and inputs with initial values: what training takes for constants. */
function tensorOf({ origin }: Value): Tensor | undefined {
  if (origin.kind === "constant") return origin.tensor;
  if (origin.kind === "input") return origin.initial;
  return origin.kind === "output" ? constantOfNode(origin.node) : undefined;
}

function isUniform(tensor: Tensor): boolean {
  const elements = numbers(tensor);
  return elements.every((element) => element === elements[0]);
}

function separate(edit: Edit, value: Value, tensor: Tensor, { uses, alias }: Reader): string {
  const [{ node }] = uses as readonly [NodeUse];
  const name = alias?.name ?? `${node.name || node.outputs[0]!.name}/${value.name}`;
  const own = edit.constant(name, tensor);
  for (const use of uses) edit.rewire(use, own);
  if (alias !== undefined && dropUnread(edit, alias)) edit.rename(own, name);
  return own.name;
}
