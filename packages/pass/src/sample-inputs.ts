/**
 * Inputs to try a model on: zeros, extremes and seeded samples, of the declared shapes with free sizes filled in.
 * Integers stay inside what the graph says of them: an index into an axis of 1000 is below 1000; others are 0 or 1.
 */
import type { Dim, Model, Node, Value, ValueType } from "@pare/ir";
import { axisIndex, type Inference, inferTypes, shapeOf, substituteDim, symbolsOf } from "@pare/ops";
import { type DType, dtypes, elementCount, stringTensor, type Tensor, tensorOf } from "@pare/tensor";
import type { Tensors } from "./contract.ts";
import { seededRandom } from "./random.ts";

export interface SampleCase {
  /** "zeros", "extremes", "seed 1" … */
  readonly name: string;
  readonly inputs: Tensors;
}

/** How free sizes are filled in: by the symbol, else by the axis and rank. */
export type SizeChoice = (symbol: string, axis: number, rank: number) => number;

/** Guesses in the order in which they are worth trying; a runtime says which of them a model takes. */
export const sizeChoices: readonly SizeChoice[] = [
  (symbol, axis, rank) => (axis === 0 || /batch/i.test(symbol) ? 2 : rank >= 4 ? 64 + 32 * (axis % 2) : 6),
  () => 1,
  (_, axis, rank) => (axis === 0 ? 1 : rank >= 4 ? 224 : 16),
  (_, axis, rank) => (axis === 0 ? 1 : rank >= 4 ? 320 : 128),
  (_, axis) => (axis === 0 ? 1 : 512),
  (_, axis, rank) => (rank === 2 && axis === 1 ? 512 : 1),
  (_, axis, rank) => (rank === 2 && axis === 1 ? 256 : 1),
  () => 2,
  () => 8,
  () => 64,
];

const seeds = 3;
/** In standard deviations: far out for normalized data. Much further out every network amplifies rounding. */
const extreme = 4;

/** Undefined where an input is no tensor or its type is unknown. */
export function sampleCases(model: Model, seed: number, choose: SizeChoice): readonly SampleCase[] | undefined {
  const shapes = fillSizes(model, choose);
  const inference = inferTypes(model);
  const inputs: { name: string; dtype: DType; shape: readonly number[]; limit: number }[] = [];
  for (const input of requiredInputs(model)) {
    const shape = shapes.get(input);
    const dtype = input.type?.kind === "tensor" ? input.type.dtype : undefined;
    if (shape === undefined || dtype === undefined || dtypes[dtype].kind === "complex") return undefined;
    inputs.push({ name: input.name, dtype, shape, limit: indexLimit(input, inference) });
  }
  const draw = (name: string, element: (random: () => number, i: number) => number, salt: number): SampleCase => {
    const random = seededRandom(seed * 1000 + salt);
    const tensors = inputs.map(({ name: input, dtype, shape, limit }): [string, Tensor] => {
      return [input, sampleTensor(dtype, shape, limit, (i) => element(random, i))];
    });
    return { name, inputs: new Map(tensors) };
  };
  return [
    draw("zeros", () => 0, 0),
    draw("extremes", (_, i) => (i % 2 === 0 ? extreme : -extreme), 0),
    ...Array.from({ length: seeds }, (_, i) => draw(`seed ${i + 1}`, (random) => normal(random), i + 1)),
  ];
}

/** Inputs that a caller must give: those without an initial value. */
export function requiredInputs(model: Model): readonly Value[] {
  return model.graph.inputs.filter((input) => input.origin.kind === "input" && input.origin.initial === undefined);
}

/** The declared shapes of the required inputs, free sizes filled in: equal symbols alike. */
export function fillSizes(model: Model, choose: SizeChoice): ReadonlyMap<Value, readonly number[]> {
  const sizes = new Map<string, number>();
  const shapes = new Map<Value, readonly number[]>();
  for (const input of requiredInputs(model)) {
    const dims = shapeOf(input.type);
    if (dims === undefined) continue;
    shapes.set(
      input,
      dims.map((dim, axis) => sizeOf(dim, axis, dims.length, sizes, choose)),
    );
  }
  return shapes;
}

function sizeOf(dim: Dim, axis: number, rank: number, sizes: Map<string, number>, choose: SizeChoice): number {
  if (typeof dim === "number" && dim >= 0) return dim;
  if (typeof dim !== "string") return choose("", axis, rank);
  for (const symbol of symbolsOf(dim)) if (!sizes.has(symbol)) sizes.set(symbol, choose(symbol, axis, rank));
  const size = substituteDim(dim, sizes);
  return typeof size === "number" ? size : choose(dim, axis, rank);
}

/** Two uniform numbers make one normal one (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function sampleTensor(dtype: DType, shape: readonly number[], limit: number, element: (i: number) => number): Tensor {
  const count = elementCount(shape);
  const { kind } = dtypes[dtype];
  if (kind === "string") return stringTensor(shape, new Array<string>(count).fill("a"));
  const values = Float64Array.from({ length: count }, (_, i) => element(i));
  if (kind === "float") return tensorOf(dtype, shape, values);
  const top = kind === "bool" ? 2 : limit;
  const whole = (value: number) => Math.min(top - 1, Math.floor((Math.abs(value) * top) / 3));
  return tensorOf(dtype, shape, values.map(whole));
}

const passesIndicesOn = new Set(["Cast", "Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Transpose"]);

/** Integers below this are legal everywhere the input goes as an index; 2 where nothing says more. */
function indexLimit(input: Value, inference: Inference, depth = 4): number {
  const limits = [...input.uses].flatMap((use): number[] => {
    if (use.kind === "output") return [];
    const gathered = use.slot === 1 && use.node.type === "Gather" ? gatheredAxis(use.node, inference.type) : undefined;
    if (gathered !== undefined) return [gathered];
    const further = passesIndicesOn.has(use.node.type) && use.slot === 0 && depth > 0 ? use.node.outputs[0] : undefined;
    const limit = further && indexLimit(further, inference, depth - 1);
    return limit === undefined || limit === 2 ? [] : [limit];
  });
  return limits.length > 0 ? Math.max(1, Math.min(...limits)) : 2;
}

function gatheredAxis(node: Node, type: (value: Value) => ValueType | undefined): number | undefined {
  const data = node.inputs[0];
  const shape = data && shapeOf(type(data));
  const found = node.attrs.get("axis");
  const axis = shape && axisIndex(found?.kind === "int" ? Number(found.value) : 0, shape.length);
  const size = axis === undefined ? undefined : shape?.[axis];
  return typeof size === "number" ? size : undefined;
}
