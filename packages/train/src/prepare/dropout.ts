import { attr, type Edit, floatAttr, type Graph, type Node, type Value } from "@pare/ir";
import { constantOfNode, type Inference, type NodeMaker, shapeOf } from "@pare/ops";
import { seededRandom } from "@pare/pass";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { nodeMaker } from "../gradient/node-maker.ts";
import type { States } from "../step/states.ts";

/**
 * What becomes of Dropout (Srivastava et al., 2014) that exporters left in a model. `drop`: passes its input on, as in
 * inference. `keep`: y = x·mask ÷ (1 − ratio), with another mask in each step.
 *
 * Masks are drawn in the graph, from a state: an interrupted training goes on with those that it would have had. Every
 * element has Lehmer's generator x ← 48271·x mod (2³¹ − 1) (Park, Miller, Stockmeyer, 1993), begun at a key of its sample
 * times a key of its place; so the keys of the samples, all multiplied in each step, are all the state there is.
 */
export type DropoutMode = "drop" | "keep";

const modulus = 2 ** 31 - 1;
const multiplier = 48271;

/** Rewrites the Dropout nodes of a graph whose sizes are fixed. Gives the samples' keys: constants, to be made states. */
export function rewriteDropout(
  graph: Graph,
  inference: Inference,
  mode: DropoutMode,
  seed: number,
): readonly DropoutKeys[] {
  const keys: DropoutKeys[] = [];
  graph.edit("dropout", (edit) => {
    for (const [index, node] of [...graph.nodes].entries()) {
      const [input] = node.inputs;
      const [output, mask] = node.outputs;
      if (node.op !== "onnx.Dropout" || input === undefined || (mask !== undefined && mask.uses.size > 0)) continue;
      const ratio = ratioOf(node);
      const shape = shapeOf(inference.type(input));
      const kept = mode === "keep" && ratio > 0 && shape?.length && shape.every((size) => typeof size === "number");
      const make = nodeMaker(edit, "dropout/");
      if (kept) {
        const mask = maskOf(edit, make, { ratio, shape: shape as number[], random: seededRandom(seed + index) });
        keys.push(mask.keys);
        edit.replaceUses(output!, make.op("Mul", [input, mask.factors]));
      } else edit.replaceUses(output!, make.op("Identity", [input]));
      edit.remove(node);
    }
  });
  return keys;
}

/** [batch, 1, …] */
export interface DropoutKeys {
  readonly value: Value;
  readonly initial: Tensor;
}

/** Makes the keys states. */
export function followDropout(edit: Edit, make: NodeMaker, states: States, all: readonly DropoutKeys[]): void {
  for (const [index, { value, initial }] of all.entries()) {
    const state = states.always(`dropout${index}`, initial);
    edit.replaceUses(value, state.current);
    state.next(lehmer(make, state.current, make.ints([multiplier])));
  }
}

const lehmer = (make: NodeMaker, a: Value, b: Value) => make.op("Mod", [make.op("Mul", [a, b]), make.ints([modulus])]);

interface Mask {
  readonly ratio: number;
  readonly shape: readonly number[];
  readonly random: () => number;
}

/** Elements that stay are multiplied by 1 ÷ (1 − ratio), the others by 0. */
function maskOf(edit: Edit, make: NodeMaker, { ratio, shape, random }: Mask) {
  /** From 1 to the modulus less 1. */
  const draw = (sizes: readonly number[]) => {
    const key = () => 1 + Math.floor(random() * (modulus - 1));
    return tensorOf("int64", sizes, Array.from({ length: elementCount(sizes) }, key));
  };
  const [batch = 1, ...places] = shape;
  const initial = draw([batch, ...places.map(() => 1)]);
  const value = edit.constant("dropout/keys", initial);
  const drawn = lehmer(make, value, edit.constant("dropout/places", draw([1, ...places])));
  const limit = make.ints([Math.round(ratio * modulus)]);
  const stays = make.op("Cast", [make.op("GreaterOrEqual", [drawn, limit])], { to: attr.int(1) });
  return { keys: { value, initial }, factors: make.op("Mul", [stays, make.scalar(1 / (1 - ratio))]) };
}

/** From the input or, in old files, the attribute; 0.5 where neither is there. */
function ratioOf(node: Node): number {
  const origin = node.inputs[1]?.origin;
  if (origin?.kind === "constant") return numbers(origin.tensor)[0]!;
  const made = origin?.kind === "output" ? constantOfNode(origin.node) : undefined;
  return made === undefined ? floatAttr(node, "ratio", 0.5) : numbers(made)[0]!;
}
