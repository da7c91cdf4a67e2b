import { ratioOfSums } from "../stats/statistic.ts";
import { type MetricKind, single } from "./kind.ts";

/** What a language model made of each sample, a piece of text. */
export interface TokenOutcomes {
  readonly kind: "tokens";
  /** Σ −log of the next token's probability, nats. */
  readonly losses: Float64Array;
  /** How many next tokens were counted. */
  readonly tokens: Float64Array;
  /** How many characters they stand for. */
  readonly characters: Float64Array;
}

/** Every metric of a language model. Samples count by their length. */
export const tokenMetrics: readonly MetricKind<TokenOutcomes>[] = [
  single({
    name: "perplexity",
    summary: "exp of the mean −log probability of the next token",
    unit: "plain",
    better: "lower",
    statistic: ({ losses, tokens }) => ratioOfSums(losses, tokens, Math.exp),
  }),
  single({
    name: "bpc",
    summary: "Bits per character: the mean −log2 probability of the text, by character",
    unit: "bits",
    better: "lower",
    statistic: ({ losses, characters }) => ratioOfSums(losses, characters, (nats) => nats / Math.LN2),
  }),
];
