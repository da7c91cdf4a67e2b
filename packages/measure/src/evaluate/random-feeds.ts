import { createHash } from "node:crypto";
import type { Model } from "@pare/ir";
import { type SizeChoice, sampleCases, sizeChoices, type Tensors } from "@pare/pass";
import { noRandomInputsError } from "../errors.ts";
import type { Feed, FeedSource, Runner } from "./feeds.ts";

export interface RandomFeedOptions {
  /** Default 100. */
  readonly samples?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Drawn inputs of a model's shapes, normally distributed, one sample a run: for comparing a model with its original
 * where there is no data. Free sizes are tried out until the model runs.
 */
export function randomFeeds(model: Model, { samples = 100, seed = 0 }: RandomFeedOptions = {}): FeedSource {
  const name = `random inputs, seed ${seed}`;
  return {
    name,
    samples,
    classes: [],
    digest: async () => createHash("sha256").update(name).digest("hex"),
    feeds: (sessions) => drawFeeds(model, sessions, samples, seed),
  };
}

/** @throws MEASURE_RANDOM */
async function* drawFeeds(
  model: Model,
  sessions: readonly Runner[],
  samples: number,
  seed: number,
): AsyncGenerator<Feed> {
  const choose = await workingSizes(model, sessions, seed);
  for (let first = 0; first < samples; first++) {
    const inputs = draw(model, seed + first, choose)!;
    yield { inputs, targets: [undefined], ids: [`random ${seed + first}`], batch: 1, first };
  }
}

/** One sample: the batch axis is 1 where it is free. */
function draw(model: Model, seed: number, choose: SizeChoice): Tensors | undefined {
  const single: SizeChoice = (symbol, axis, rank) => (axis === 0 && rank > 1 ? 1 : choose(symbol, axis, rank));
  return sampleCases(model, seed, single)?.at(-1)?.inputs;
}

async function workingSizes(model: Model, sessions: readonly Runner[], seed: number): Promise<SizeChoice> {
  let refusal = "its inputs are not tensors of known type";
  for (const choose of sizeChoices) {
    const inputs = draw(model, seed, choose);
    if (inputs === undefined) continue;
    try {
      for (const session of sessions) await session.run(inputs);
      return choose;
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    }
  }
  throw noRandomInputsError(model.graph.name || "the model", refusal);
}
