/**
 * How a model takes several samples in one run.
 *
 * 1. Inputs that leave the first size free say that any number may come. Graphs often hold a batch of 1 all the same: a
 *    reshape with a constant 1, a state, a mask. So two samples are run alone and together: together they must give what
 *    they give alone, one behind the other.
 * 2. Where they do not, or where the inputs fix a batch of 1, a copy with a free batch is tried in the same way.
 * 3. Else samples go through the model one by one.
 */
import { readModelFile } from "@pare/formats";
import type { Model } from "@pare/ir";
import { type FeedSource, isNumeric, type Runner } from "@pare/measure";
import { freeBatch, relativeDifference, type SessionOptions, sampleCases, sizeChoices, type Tensors } from "@pare/pass";
import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { World } from "../run/tools.ts";
import { type OpenRunner, openRunner } from "./float-ports.ts";

export type Batching =
  /** As the inputs say: any number, or the number that they fix. */
  | { readonly kind: "declared" }
  /** By a copy with a free batch. */
  | { readonly kind: "freed"; readonly model: Model; readonly session: OpenRunner }
  /** The inputs leave the batch free, the graph does not. */
  | { readonly kind: "single" };

/** Of the largest value: a kernel may round otherwise for another batch. */
const tolerance = 1e-4;
/** Where the file itself says that the batch is free: ranges that are found at run time are those of the whole batch. */
const declaredTolerance = 0.1;

/**
 * @param samples what the model will be fed; undefined: drawn inputs
 * @param options how a copy is opened
 * @throws the faults of the data and its binding
 */
export async function batchingOf(
  source: string | Model,
  session: Runner,
  samples: Pick<FeedSource, "feeds"> | undefined,
  world: Pick<World, "engine" | "signal">,
  options: SessionOptions = {},
): Promise<Batching> {
  const firsts = session.inputs.flatMap(({ shape }) => shape.slice(0, 1));
  const isOne = firsts.length > 0 && firsts.every((size) => size === 1);
  const isFree = firsts.length > 0 && firsts.every((size) => typeof size !== "number" || size < 0);
  if (!isOne && !isFree) return { kind: "declared" };
  const pair = samples === undefined ? drawnPair(source) : await firstPair(session, samples);
  const alone = pair && (await attempt(() => runAlone(session, pair), world));
  // What the model refuses at all is told when it is run.
  if (alone === undefined) return { kind: "declared" };
  if (isFree && (await attempt(() => givesTheSame(session, alone, declaredTolerance), world)))
    return { kind: "declared" };
  return (await openFreed(source, alone, world, options)) ?? { kind: isOne ? "declared" : "single" };
}

/** Undefined where the runtime refuses. */
async function attempt<T>(run: () => Promise<T>, { signal }: Pick<World, "signal">): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

async function openFreed(
  source: string | Model,
  alone: Alone,
  world: Pick<World, "engine" | "signal">,
  options: SessionOptions,
): Promise<Batching | undefined> {
  const model = freeBatch(typeof source === "string" ? readModelFile(source) : source);
  if (model === undefined) return undefined;
  const session = await attempt(() => openRunner(model, world, options), world);
  if (session === undefined) return undefined;
  if (await attempt(() => givesTheSame(session, alone, tolerance), world)) return { kind: "freed", model, session };
  await session[Symbol.asyncDispose]();
  return undefined;
}

type Pair = readonly [Tensors, Tensors];

/** Of the samples as they are fed one by one; the first one twice where the second has another shape, or is none. */
async function firstPair(session: Runner, samples: Pick<FeedSource, "feeds">): Promise<Pair> {
  const found: Tensors[] = [];
  for await (const feed of samples.feeds([singly(session)])) {
    found.push(new Map([...feed.inputs].map(([name, tensor]) => [name, copied(tensor)])));
    if (found.length === 2) break;
  }
  const [first, second = first] = found as [Tensors, Tensors | undefined];
  const isAlike = [...first].every(([name, { shape }]) => second!.get(name)?.shape.join() === shape.join());
  return [first, isAlike ? second! : first];
}

/** Feeds are written over. */
const copied = (tensor: Tensor) => makeTensor(tensor.dtype, tensor.shape, tensorBytes(tensor).slice());

function drawnPair(source: string | Model): Pair | undefined {
  const model = typeof source === "string" ? readModelFile(source) : source;
  const [guess] = sizeChoices as [(typeof sizeChoices)[number]];
  const cases = sampleCases(model, 0, (symbol, axis, rank) => (axis === 0 ? 1 : guess(symbol, axis, rank)));
  const [first, second] = cases?.slice(-2) ?? [];
  return first && second && [first.inputs, second.inputs];
}

/** What samples give one by one. */
interface Alone {
  readonly pair: Pair;
  readonly outputs: readonly Tensors[];
}

async function runAlone(session: Runner, pair: Pair): Promise<Alone> {
  const fetch = session.outputs.filter(isNumeric).map(({ name }) => name);
  const outputs: Tensors[] = [];
  for (const inputs of pair) outputs.push(await session.run(inputs, { fetch }));
  return { pair, outputs };
}

async function givesTheSame(session: Runner, { pair, outputs }: Alone, limit: number): Promise<boolean> {
  const together = await session.run(joined(pair), { fetch: [...outputs[0]!.keys()] });
  return [...joined(outputs)].every(([name, expected]) => {
    const found = together.get(name);
    if (found === undefined || found.shape.join() !== expected.shape.join()) return false;
    return relativeDifference(expected, found) <= limit;
  });
}

/** Along the first axis, by name; single numbers become a list. */
function joined(all: readonly Tensors[]): Tensors {
  const [first] = all as [Tensors];
  return new Map(
    [...first].map(([name, { dtype, shape }]) => {
      const tensors = all.map((each) => each.get(name)!);
      const rows = tensors.reduce((sum, each) => sum + (each.shape[0] ?? 1), 0);
      return [name, makeTensor(dtype, [rows, ...shape.slice(1)], Buffer.concat(tensors.map(tensorBytes)))];
    }),
  );
}

/** The same, to be fed one sample at a time. */
export function singly(session: Runner): Runner {
  const inputs = session.inputs.map((port) => {
    return { ...port, shape: port.shape.length === 0 ? [] : [1, ...port.shape.slice(1)] };
  });
  return { inputs, outputs: session.outputs, run: (feed, options) => session.run(feed, options) };
}
