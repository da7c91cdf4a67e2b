import { readModelFile } from "@pare/formats";
import type { Model } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import {
  freeBatch,
  relativeDifference,
  requiredInputs,
  type Session,
  sampleCases,
  sizeChoices,
  type Tensors,
} from "@pare/pass";
import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { World } from "../run/tools.ts";

/** Of the largest value: a kernel may round otherwise for another batch. */
const tolerance = 1e-4;

export interface OpenedModel {
  readonly session: Session;
  /** Set where the file fixes the batch to 1 and a copy with a free batch, shown to give the same, runs instead. */
  readonly isFreed: boolean;
}

/**
 * Opens a model for evaluation. One that is fixed to a batch of 1 is fed many samples at once where that is legal: where
 * a copy with a free batch gives for two samples at once what the model itself gives for each.
 */
export async function openForEvaluation(model: string | Model, { engine, signal }: World): Promise<OpenedModel> {
  const session = await engine.open(typeof model === "string" ? { path: model } : model, { signal });
  const freed = await openFreed(model, session, { engine, signal });
  if (freed === undefined) return { session, isFreed: false };
  await session[Symbol.asyncDispose]();
  return { session: freed.session, isFreed: true };
}

/** The copy with a free batch of a model that is fixed to 1, where there is one that gives the same. */
export async function freedCopy(model: Model, { engine, signal }: Pick<World, "engine" | "signal">) {
  if (requiredInputs(model).some(({ type }) => shapeOf(type)?.[0] !== 1)) return undefined;
  await using session = await engine.open(model, { signal });
  const freed = await openFreed(model, session, { engine, signal });
  await freed?.session[Symbol.asyncDispose]();
  return freed?.copy;
}

interface Freed {
  readonly copy: Model;
  readonly session: Session;
}

/** A copy that the runtime refuses, or that computes something else, is no fault: the model is fed one by one. */
async function openFreed(
  source: string | Model,
  original: Session,
  { engine, signal }: Pick<World, "engine" | "signal">,
): Promise<Freed | undefined> {
  if (original.inputs.length === 0 || original.inputs.some(({ shape }) => shape[0] !== 1)) return undefined;
  let session: Session | undefined;
  try {
    const model = typeof source === "string" ? readModelFile(source) : source;
    const copy = freeBatch(model);
    if (copy === undefined) return undefined;
    session = await engine.open(copy, { signal });
    if (await givesTheSame(model, original, session)) return { copy, session };
  } catch (error) {
    if (signal.aborted) throw error;
  }
  await session?.[Symbol.asyncDispose]();
  return undefined;
}

async function givesTheSame(model: Model, original: Session, freed: Session): Promise<boolean> {
  const cases = sampleCases(model, 0, sizeChoices[0]!)?.slice(-2);
  if (cases === undefined) return false;
  const alone: Tensors[] = [];
  for (const { inputs } of cases) alone.push(await original.run(inputs));
  const together = await freed.run(joined(cases.map(({ inputs }) => inputs)));
  return [...joined(alone)].every(([name, expected]) => {
    const found = together.get(name);
    return found !== undefined && found.shape.join() === expected.shape.join() && isClose(expected, found);
  });
}

function isClose(expected: Tensor, found: Tensor): boolean {
  return relativeDifference(expected, found) <= tolerance;
}

/** Along the first axis, by name. */
function joined(all: readonly Tensors[]): Tensors {
  const [first] = all as [Tensors];
  return new Map(
    [...first].map(([name, { dtype, shape }]) => {
      const bytes = Buffer.concat(all.map((tensors) => tensorBytes(tensors.get(name)!)));
      return [name, makeTensor(dtype, [all.length, ...shape.slice(1)], bytes)];
    }),
  );
}
