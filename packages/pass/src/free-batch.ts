import { cloneModel, type Dim, type Edit, type Model, type Node, type Value } from "@pare/ir";
import { inferTypes, shapeOf, substituteDim, symbolsOf } from "@pare/ops";
import { bigints, tensorOf } from "@pare/tensor";
import { requiredInputs } from "./sample-inputs.ts";

const symbol = "pare_batch";

/**
 * A copy of a model that is fixed to a batch of 1, by its inputs or by reshapes to sizes that hold one sample: first sizes
 * of inputs become a symbol, and such reshapes keep what they are given, all samples in the first axis. Undefined where
 * an input has another first size, or where by the types every output would not have the batch first. Whether the copy
 * computes the same is for a run to show.
 */
export function freeBatch(model: Model): Model | undefined {
  const firsts = requiredInputs(model).map((input) => shapeOf(input.type)?.[0]);
  if (firsts.length === 0 || firsts.some((size) => typeof size === "number" && size !== 1)) return undefined;
  const copy = cloneModel(model);
  copy.graph.edit("free the batch", (edit) => {
    for (const value of copy.graph.values) forgetShape(edit, value);
    for (const input of requiredInputs(copy)) freeFirst(edit, input, shapeOf(model.graph.value(input.name)?.type)!);
  });
  while (freeOneReshape(copy));
  const { type } = inferTypes(copy);
  return copy.graph.outputs.every((output) => shapeOf(type(output))?.[0] === symbol) ? copy : undefined;
}

function freeFirst(edit: Edit, input: Value, [, ...rest]: readonly Dim[]): void {
  if (input.type?.kind === "tensor") edit.retype(input, { ...input.type, shape: [symbol, ...rest] });
}

/** Declared shapes in between and of outputs say 1: inference finds them anew. */
function forgetShape(edit: Edit, value: Value): void {
  if (value.origin.kind !== "output" || value.type?.kind !== "tensor") return;
  edit.retype(value, { ...value.type, shape: undefined });
}

/**
 * The first reshape of batched data to constant sizes that hold one sample, [1, …] or [windows, …]. The first becomes "the
 * rest", or where something else is and it was 1, "as it was".
 */
function freeOneReshape(model: Model): boolean {
  const { type } = inferTypes(model);
  for (const node of model.graph.nodes) {
    const [data, target] = node.inputs;
    if (node.type !== "Reshape" || !data || !target) continue;
    const shape = shapeOf(type(data)) ?? [];
    const [first] = shape;
    const sizes = constantSizes(target);
    if (sizes === undefined || typeof first !== "string" || !symbolsOf(first).has(symbol)) continue;
    if (sizes[0] !== 1 && !holdsOneSample(sizes, shape)) continue;
    if (sizes.includes(-1) && first !== symbol) return false;
    replaceTarget(model, node, [sizes.includes(-1) ? 0 : -1, ...sizes.slice(1)]);
    return true;
  }
  return false;
}

/** Whether constant sizes are those of a batch of 1. */
function holdsOneSample(sizes: readonly number[], shape: readonly Dim[]): boolean {
  const single = new Map([[symbol, 1]]);
  const wanted = shape.map((size) => (typeof size === "string" ? substituteDim(size, single) : size));
  const product = (all: readonly Dim[]) =>
    all.reduce<number>((n, size) => n * (typeof size === "number" ? size : NaN), 1);
  return sizes.every((size) => size > 0) && product(sizes) === product(wanted);
}

function constantSizes(value: Value): readonly number[] | undefined {
  if (value.origin.kind === "constant") return bigints(value.origin.tensor).map(Number);
  if (value.origin.kind !== "output" || value.origin.node.type !== "Constant") return undefined;
  const attribute = value.origin.node.attrs.get("value");
  return attribute?.kind === "tensor" ? bigints(attribute.tensor).map(Number) : undefined;
}

function replaceTarget(model: Model, node: Node, sizes: readonly number[]): void {
  model.graph.edit("free the batch", (edit) => {
    const target = edit.constant(`${node.name || "reshape"}_shape`, tensorOf("int64", [sizes.length], sizes));
    edit.setInputs(node, [node.inputs[0], target]);
  });
}
