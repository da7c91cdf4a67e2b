/**
 * Files store equal tensors once: PyTorch's exporters and `simplify` let one constant serve wherever another held the same.
 * In a network that was never trained, or in part, those are all scales of 1 and all biases of 0, and even running means;
 * trained as one they would move as one. Which constants were tied on purpose (an embedding that is also the last layer)
 * shows by their elements, which differ.
 */
import type { Edit, Graph, Model, Use, Value } from "@pare/ir";
import { numbers, type Tensor } from "@pare/tensor";
import { isLearnedBy } from "./choose-parameters.ts";
import { rawInputs } from "./raw-inputs.ts";

/**
 * Gives each node that learns a constant whose elements are all equal, or moves it as a running statistic, one of its own,
 * in place.
 * @returns the names of the constants that are new
 */
export function separateParameters({ graph }: Model): readonly string[] {
  const raw = rawInputs(graph);
  const names: string[] = [];
  graph.edit("separate parameters", (edit) => {
    for (const value of [...graph.values]) {
      const { origin } = value;
      if (origin.kind !== "constant" || origin.tensor.dtype !== "float32" || value.uses.size === 0) continue;
      const places = placesOf(value, graph);
      if (places.length < 2 || !isUniform(origin.tensor)) continue;
      const learned = places.filter(({ use }) => isLearnedBy(use, value, origin.tensor, raw));
      // One of them keeps the constant where nothing else reads it.
      const kept = learned.length === places.length ? learned.find(({ alias }) => alias === undefined) : undefined;
      for (const place of learned) if (place !== kept) names.push(separate(edit, value, origin.tensor, place));
      if (value.uses.size === 0) edit.removeConstant(value);
    }
  });
  return names;
}

type NodeUse = Extract<Use, { kind: "input" }>;

interface Place {
  readonly use: NodeUse;
  /** Output of the Identity by which it reads the constant. */
  readonly alias: Value | undefined;
}

/** What reads a constant, itself or through Identity: so PyTorch keeps the names of tensors that were equal to another. */
function placesOf(value: Value, graph: Graph, alias?: Value): readonly Place[] {
  return [...value.uses].flatMap((use): readonly Place[] => {
    if (use.kind === "output") return [];
    const isAlias = use.node.op === "onnx.Identity" && use.node.graph === graph;
    return isAlias ? placesOf(use.node.outputs[0]!, graph, use.node.outputs[0]) : [{ use, alias }];
  });
}

function isUniform(tensor: Tensor): boolean {
  const elements = numbers(tensor);
  return elements.every((element) => element === elements[0]);
}

/** Gives the new constant's name: the alias's, once nothing reads that. */
function separate(edit: Edit, value: Value, tensor: Tensor, { use, alias }: Place): string {
  const name = alias?.name ?? value.name;
  const own = edit.constant(name, tensor);
  edit.rewire(use, own);
  if (alias !== undefined && removeAliases(edit, alias)) edit.rename(own, name);
  return own.name;
}

/** Identity nodes that nothing reads any more, from the last one up; whether there was one. */
function removeAliases(edit: Edit, alias: Value): boolean {
  const { origin } = alias;
  if (origin.kind !== "output" || origin.node.op !== "onnx.Identity" || alias.uses.size > 0) return false;
  edit.remove(origin.node);
  removeAliases(edit, origin.node.inputs[0]!);
  return true;
}
