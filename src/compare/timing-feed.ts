import type { Engine, Tensors } from "@pare/pass";
import { firstSamples } from "../bench/data-inputs.ts";
import { type BenchModel, drawInputs } from "../bench/inputs.ts";
import type { NoData, RecordData } from "./test-data.ts";

export interface FeedOptions {
  /** Samples a run. One is the default of a measurement: a model that is fixed to more is run as it is. */
  readonly batch: number;
  readonly seed: number;
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/** Inputs for each of the two models. */
export type Feed = (models: readonly BenchModel[], options: FeedOptions) => Promise<readonly Tensors[]>;

/**
 * What both models are timed on: the first samples of the test data, prepared as each one's recipe says, where both
 * records' can be opened; else drawn inputs, and why.
 */
export function timingFeed(data: readonly [RecordData | NoData, RecordData | NoData]): {
  readonly inputs: string;
  readonly feed: Feed;
} {
  const [base, head] = data;
  if ("why" in base) return drawn("base", base);
  if ("why" in head) return drawn("head", head);
  const feed: Feed = async (models, { batch, engine, signal }) => {
    const inputs: Tensors[] = [];
    for (const [i, { dataset, recipe }] of [base, head].entries())
      inputs.push(...(await firstSamples([models[i]!], { dataset, recipe, batch: asked(batch), engine, signal })));
    return inputs;
  };
  return { inputs: "the first samples of the test data", feed };
}

function drawn(side: "base" | "head", { why }: NoData): { readonly inputs: string; readonly feed: Feed } {
  const feed: Feed = (models, { batch, ...options }) =>
    drawInputs(models, { batch: asked(batch), shapes: {}, ...options });
  return { inputs: `drawn inputs: the test data of the ${side} could not be opened (${why})`, feed };
}

const asked = (batch: number) => (batch > 1 ? batch : undefined);
