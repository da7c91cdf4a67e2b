/**
 * What models are timed on where there is no data: seeded inputs of their shapes, with values such as the graph expects. A
 * free size is, in this order: what --input-shape says; the batch, for the first axis; what another of the models has
 * fixed at this place; one of several guesses that all models run on. Where no values will do, zeros may.
 */
import type { PareError } from "@pare/error";
import type { Model } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import {
  type Engine,
  likelyInputs,
  likelySizes,
  requiredInputs,
  type Session,
  type SizeChoice,
  sampleCases,
  type Tensors,
} from "@pare/pass";
import type { Tensor } from "@pare/tensor";
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
  /** What to throw where no inputs will do. Default BENCH_INPUTS. */
  readonly refusal?: (file: string, why: string) => PareError;
}

/** One set of inputs for each model. @throws BENCH_BATCH, BENCH_SHAPE, BENCH_INPUTS */
export async function drawInputs(models: readonly BenchModel[], options: DrawOptions): Promise<readonly Tensors[]> {
  checkBatch(models, options.batch);
  checkShapes(models, options.shapes);
  const sessions: Session[] = [];
  try {
    for (const { file } of models) sessions.push(await options.engine.open({ path: file }, { signal: options.signal }));
    return await firstThatRuns(models, sessions, options);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

type Draw = (model: Model, seed: number, choose: SizeChoice) => Tensors | undefined;

const zeros: Draw = (model, seed, choose) => sampleCases(model, seed, choose)?.[0]?.inputs;

async function firstThatRuns(
  models: readonly BenchModel[],
  sessions: readonly Session[],
  options: DrawOptions,
): Promise<readonly Tensors[]> {
  let refusal = { file: models[0]?.file ?? "", why: "its inputs are not tensors of known type" };
  for (const draw of [likelyInputs, zeros])
    for (const guess of likelySizes) {
      const drawn = models.map(({ model }) => draw(model, options.seed, sizesOf(model, models, options, guess)));
      const found = drawn.filter((inputs) => inputs !== undefined);
      if (found.length < drawn.length) continue;
      const known = found.map((inputs) => likeThe(found[0]!, inputs));
      const refused = await firstRefusal(sessions, known, options.signal);
      if (refused === undefined) return known;
      refusal = { file: models[refused.index]!.file, why: refused.why };
    }
  throw (options.refusal ?? benchInputsError)(refusal.file, refusal.why);
}

/** How many samples a run of these inputs is: the first size. */
export function batchOf(inputs: Tensors): number {
  const ranked = [...inputs.values()].find(({ shape }) => shape.length > 1);
  return ranked?.shape[0] ?? 1;
}

/** The first model's values wherever another takes the same tensor: its graph may tell less of them, or the same. */
function likeThe(first: Tensors, inputs: Tensors): Tensors {
  const key = (tensor: Tensor | undefined) => `${tensor?.dtype} ${tensor?.shape}`;
  return new Map([...inputs].map(([name, own]) => [name, key(first.get(name)) === key(own) ? first.get(name)! : own]));
}

async function firstRefusal(sessions: readonly Session[], inputs: readonly Tensors[], signal: AbortSignal) {
  for (const [index, session] of sessions.entries())
    try {
      await session.run(inputs[index]!, { signal });
    } catch (error) {
      signal.throwIfAborted();
      return { index, why: error instanceof Error ? error.message : String(error) };
    }
  return undefined;
}

function sizesOf(model: Model, models: readonly BenchModel[], options: DrawOptions, guess: SizeChoice): SizeChoice {
  const { batch = 1, shapes } = options;
  const known = new Map<string, number>();
  for (const { name, type } of requiredInputs(model)) {
    for (const [axis, dim] of (shapeOf(type) ?? []).entries()) {
      if (typeof dim === "number" && dim >= 0) continue;
      const rank = shapeOf(type)!.length;
      const size = shapes[name]?.[axis] ?? (axis === 0 && rank > 1 ? batch : fixedElsewhere(models, name, axis));
      if (size !== undefined) known.set(typeof dim === "string" ? dim : placeKey(axis, rank), size);
    }
  }
  return (symbol, axis, rank) => known.get(symbol) ?? known.get(placeKey(axis, rank)) ?? guess(symbol, axis, rank);
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

/** @throws BENCH_BATCH */
export function checkBatch(models: readonly BenchModel[], batch: number | undefined): void {
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
