import { readModelFile } from "@pare/formats";
import type { Model } from "@pare/ir";
import { relativeDifference, type Session, sampleCases, sizeChoices, type Tensors } from "@pare/pass";
import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { World } from "../run/tools.ts";
import { freeBatch } from "./free-batch.ts";

/** Of the largest value: a kernel may round otherwise for another batch. */
const tolerance = 1e-4;

export interface OpenedModel {
  readonly session: Session;
  /** Set where the file fixes the batch to 1 and a copy with a free batch, shown to give the same, runs instead. */
  readonly isFreed: boolean;
}

/**
 * Opens a model for evaluation. One that is fixed to a batch of 1 is fed many samples at once where that is legal: where
 * a copy with a free batch gives for two samples at once what the file itself gives for each.
 */
export async function openForEvaluation(path: string, { engine, signal }: World): Promise<OpenedModel> {
  const session = await engine.open({ path }, { signal });
  if (session.inputs.length === 0 || session.inputs.some(({ shape }) => shape[0] !== 1))
    return { session, isFreed: false };
  const freed = await openFreed(path, session, { engine, signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return undefined;
  });
  if (freed === undefined) return { session, isFreed: false };
  await session[Symbol.asyncDispose]();
  return { session: freed, isFreed: true };
}

/** A copy that the runtime refuses, or that computes something else, is no fault: the file is fed one by one. */
async function openFreed(
  path: string,
  original: Session,
  { engine, signal }: Pick<World, "engine" | "signal">,
): Promise<Session | undefined> {
  const model = readModelFile(path);
  const copy = freeBatch(model);
  if (copy === undefined) return undefined;
  const session = await engine.open(copy, { signal });
  try {
    if (await givesTheSame(model, original, session)) return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
  await session[Symbol.asyncDispose]();
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
