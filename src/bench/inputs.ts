/**
 * What models are timed on: seeded random inputs of their shapes. A free size is, in this order: what --input-shape says;
 * the batch, for the first axis; what another of the models has fixed at this place; one of several guesses that all
 * models run on.
 */
import type { Model } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import { type Engine, requiredInputs, type SizeChoice, sampleCases, sizeChoices, type Tensors } from "@pare/pass";
import { benchBatchError, benchInputsError, benchShapeError } from "./errors.ts";

export interface BenchModel {
  readonly file: string;
  readonly model: Model;
}

export interface DrawOptions {
  /** Undefined: 1, or what the models have fixed. */
  readonly batch: number | undefined;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/** One set of inputs for each model. @throws BENCH_BATCH, BENCH_SHAPE, BENCH_INPUTS */
export async function drawInputs(models: readonly BenchModel[], options: DrawOptions): Promise<readonly Tensors[]> {
  checkBatch(models, options);
  checkShapes(models, options.shapes);
  let refusal = { file: models[0]?.file ?? "", why: "its inputs are not tensors of known type" };
  for (const guess of sizeChoices) {
    const drawn = models.map(({ model }) => draw(model, models, options, guess));
    const known = drawn.filter((inputs) => inputs !== undefined);
    if (known.length < drawn.length) continue;
    const refused = await firstRefusal(models, known, options);
    if (refused === undefined) return known;
    refusal = refused;
  }
  throw benchInputsError(refusal.file, refusal.why);
}

/** How many samples a run of these inputs is: the first size. */
export function batchOf(inputs: Tensors): number {
  const ranked = [...inputs.values()].find(({ shape }) => shape.length > 1);
  return ranked?.shape[0] ?? 1;
}

async function firstRefusal(models: readonly BenchModel[], inputs: readonly Tensors[], options: DrawOptions) {
  const { engine, signal } = options;
  for (const [i, { file }] of models.entries()) {
    await using session = await engine.open({ path: file }, { signal });
    try {
      await session.run(inputs[i]!, { signal });
    } catch (error) {
      signal.throwIfAborted();
      return { file, why: error instanceof Error ? error.message : String(error) };
    }
  }
  return undefined;
}

function draw(model: Model, models: readonly BenchModel[], options: DrawOptions, guess: SizeChoice) {
  const { batch = 1, shapes, seed } = options;
  const known = new Map<string, number>();
  for (const { name, type } of requiredInputs(model)) {
    for (const [axis, dim] of (shapeOf(type) ?? []).entries()) {
      if (typeof dim === "number" && dim >= 0) continue;
      const rank = shapeOf(type)!.length;
      const size = shapes[name]?.[axis] ?? (axis === 0 && rank > 1 ? batch : fixedElsewhere(models, name, axis));
      if (size !== undefined) known.set(typeof dim === "string" ? dim : placeKey(axis, rank), size);
    }
  }
  const choose: SizeChoice = (symbol, axis, rank) =>
    known.get(symbol) ?? known.get(placeKey(axis, rank)) ?? guess(symbol, axis, rank);
  return sampleCases(model, seed, choose)?.at(-1)?.inputs;
}

/** Sizes without a name are known by their place. */
const placeKey = (axis: number, rank: number) => `${axis} of ${rank}`;

function fixedElsewhere(models: readonly BenchModel[], name: string, axis: number): number | undefined {
  for (const { model } of models) {
    const dim = shapeOf(requiredInputs(model).find((input) => input.name === name)?.type)?.[axis];
    if (typeof dim === "number" && dim >= 0) return dim;
  }
  return undefined;
}

function checkBatch(models: readonly BenchModel[], { batch }: DrawOptions): void {
  for (const { file, model } of batch === undefined ? [] : models)
    for (const { name, type } of requiredInputs(model)) {
      const shape = shapeOf(type) ?? [];
      const [first] = shape;
      if (shape.length > 1 && typeof first === "number" && first >= 0 && first !== batch)
        throw benchBatchError(file, name, first, batch!);
    }
}

function checkShapes(models: readonly BenchModel[], shapes: DrawOptions["shapes"]): void {
  for (const [name, given] of Object.entries(shapes)) {
    const declared = models.flatMap(({ model }) => {
      const input = requiredInputs(model).find((candidate) => candidate.name === name);
      return input === undefined ? [] : [shapeOf(input.type)];
    });
    const fits = (shape: (typeof declared)[number]) =>
      shape === undefined ||
      (shape.length === given.length &&
        shape.every((dim, axis) => typeof dim !== "number" || dim < 0 || dim === given[axis]));
    if (declared.length > 0 && declared.every(fits)) continue;
    const text = declared.map((shape) => `[${(shape ?? []).map((dim) => dim ?? "?").join(", ")}]`);
    const inputs = [...new Set(models.flatMap(({ model }) => requiredInputs(model).map((input) => input.name)))];
    throw benchShapeError(name, given, text.length > 0 ? text.join(" and ") : `one of the inputs ${inputs.join(", ")}`);
  }
}
