import { meanOf, ratioOfSums, type Statistic, shareOf, type Weights, weightedSum } from "../stats/statistic.ts";
import { type MetricKind, single } from "./kind.ts";

/** How far the outputs of a model are from those of the original, sample by sample; no labels are needed. */
export interface FidelityOutcomes {
  readonly kind: "fidelity";
  readonly outputs: readonly OutputFidelity[];
  /** Of the output with the scores; undefined where its last axis has one element and nothing can be chosen. */
  readonly choice: ChoiceFidelity | undefined;
}

/** All elements of one output together. */
export interface OutputFidelity {
  readonly name: string;
  /** Σ original². */
  readonly signal: Float64Array;
  /** Σ (changed − original)². */
  readonly noise: Float64Array;
  /** Of the two outputs as vectors; 1 where both are zero. */
  readonly cosine: Float64Array;
}

/** What the scores along the last axis choose. A classifier has one position a sample, a detector many. */
export interface ChoiceFidelity {
  /**
   * Whether choosing means something: the scores are probabilities, or the caller says how to make them such, and they are
   * the only output, or the one that the caller names. Else it may be a map, a box, an embedding.
   */
  readonly areScores: boolean;
  readonly positions: Float64Array;
  /** Positions at which both have their highest score at the same place. */
  readonly agreeing: Float64Array;
  /** Σ over positions of KL(original ‖ changed), nats. */
  readonly divergence: Float64Array;
}

/** Every metric of a model against its original. Of several outputs the one that changed most decides. */
export const fidelityMetrics: readonly MetricKind<FidelityOutcomes>[] = [
  {
    name: "fidelity.agreement",
    summary: "Share of positions at which model and original have the same highest score",
    unit: "ratio",
    better: "higher",
    statistics: ({ choice }) => (choice === undefined ? [] : [["", agreement(choice)]]),
  },
  {
    name: "fidelity.kl",
    summary: "Mean Kullback-Leibler divergence of the model's probabilities from the original's",
    unit: "nats",
    better: "lower",
    statistics: ({ choice }) => (choice === undefined ? [] : [["", ratioOfSums(choice.divergence, choice.positions)]]),
  },
  single({
    name: "fidelity.cosine",
    summary: "Mean cosine of the angle between the outputs of model and original",
    unit: "plain",
    better: "higher",
    statistic: ({ outputs }) => least(outputs.map(({ cosine }) => meanOf(cosine))),
  }),
  single({
    name: "fidelity.snr",
    summary: "Signal-to-noise ratio: the original's output against the difference to it; 200 dB: no difference",
    unit: "db",
    better: "higher",
    statistic: ({ outputs }) => least(outputs.map(signalToNoise)),
  }),
];

/**
 * How much of an output's energy is noise: Σ difference² ÷ Σ original², beyond what the original's own noise is. Of several
 * outputs the one with most.
 * @param own of the original's own noise, by output; default none
 */
export function excessNoise({ outputs }: FidelityOutcomes, own: NoiseShares = new Map()): Statistic {
  const excess = outputs.map(({ name, signal, noise }): Statistic => {
    const value = (weights: Weights) =>
      noiseShare(weightedSum(signal, weights), weightedSum(noise, weights)) - (own.get(name) ?? 0);
    return { samples: signal.length, value };
  });
  return { samples: excess[0]!.samples, value: (weights) => Math.max(...excess.map((one) => one.value(weights))) };
}

export type NoiseShares = ReadonlyMap<string, number>;

/** By output, over all samples. */
export function noiseShares({ outputs }: FidelityOutcomes): NoiseShares {
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return new Map(outputs.map(({ name, signal, noise }) => [name, noiseShare(sum(signal), sum(noise))]));
}

/** 0.01 is 20 dB. */
function noiseShare(signal: number, noise: number): number {
  return noise === 0 ? 0 : 10 ** (-snr(signal, noise) / 10);
}

const mostDecibels = 200;

/** The sample that changed most: the lowest signal-to-noise ratio of any output. */
export function worstSample({ outputs }: FidelityOutcomes): { readonly index: number; readonly snr: number } {
  let worst = { index: 0, snr: mostDecibels };
  for (const { signal, noise } of outputs)
    for (const [index, power] of noise.entries()) {
      const found = snr(signal[index]!, power);
      if (found < worst.snr) worst = { index, snr: found };
    }
  return worst;
}

function signalToNoise({ signal, noise }: OutputFidelity): Statistic {
  const value = (weights: Weights) => snr(weightedSum(signal, weights), weightedSum(noise, weights));
  return { samples: signal.length, value };
}

/** In dB, between −200 and 200. Silence without noise is no difference; not a number is noise without end. */
export function snr(signal: number, noise: number): number {
  if (noise === 0) return mostDecibels;
  const ratio = 10 * Math.log10(signal / noise);
  return Number.isNaN(ratio) ? -mostDecibels : Math.min(mostDecibels, Math.max(-mostDecibels, ratio));
}

function agreement({ agreeing, positions }: ChoiceFidelity): Statistic {
  return positions.every((count) => count === 1)
    ? shareOf(Uint8Array.from(agreeing))
    : ratioOfSums(agreeing, positions);
}

function least(statistics: readonly Statistic[]): Statistic {
  const [only, ...others] = statistics as [Statistic, ...Statistic[]];
  if (others.length === 0) return only;
  return {
    samples: only.samples,
    value: (weights: Weights) => Math.min(...statistics.map((one) => one.value(weights))),
  };
}
