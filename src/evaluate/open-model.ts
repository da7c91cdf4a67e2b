import type { Model } from "@pare/ir";
import type { FeedSource } from "@pare/measure";
import type { SessionOptions } from "@pare/pass";
import type { World } from "../run/tools.ts";
import { type Batching, batchingOf, singly } from "./batching.ts";
import { type OpenRunner, openRunner } from "./float-ports.ts";

export interface OpenedModel {
  /** Its inputs say how it is to be fed: one sample at a time where their first size is 1. */
  readonly session: OpenRunner;
  /** See `Batching`. `freed`: a copy runs instead. */
  readonly batching: Batching["kind"];
}

/**
 * Opens a model for evaluation. It is fed many samples at once where that is shown to give what each sample gives alone:
 * by the model itself, or by a copy with a free batch; else one by one.
 * @param samples what it will be fed; default: drawn inputs
 */
export async function openForEvaluation(
  model: string | Model,
  world: Pick<World, "engine" | "signal">,
  samples?: Pick<FeedSource, "feeds">,
  options: SessionOptions = {},
): Promise<OpenedModel> {
  const session = await openRunner(model, world, options);
  try {
    const found = await batchingOf(model, session, samples, world, options);
    if (found.kind === "declared") return { session, batching: "declared" };
    if (found.kind === "single")
      return {
        session: { ...singly(session), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() },
        batching: "single",
      };
    await session[Symbol.asyncDispose]();
    return { session: found.session, batching: "freed" };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** A model that takes many samples at once where there is one, and whether there is. */
export interface LearnedFrom {
  readonly model: Model;
  readonly batching: Batching["kind"];
}

/** The model as samples can go through it: itself, or a copy with a free batch. */
export async function prepareBatches(
  model: Model,
  world: Pick<World, "engine" | "signal">,
  samples: Pick<FeedSource, "feeds">,
): Promise<LearnedFrom> {
  await using session = await openRunner(model, world);
  const found = await batchingOf(model, session, samples, world);
  if (found.kind !== "freed") return { model, batching: found.kind };
  await found.session[Symbol.asyncDispose]();
  return { model: found.model, batching: "freed" };
}
