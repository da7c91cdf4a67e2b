import type { ChannelStatistics, Observation, Statistics } from "@pare/pass";
import { ChannelTotals } from "./channels.ts";
import { GrowingHistogram } from "./histogram.ts";
import { type Floats, summarise, type ValueSummary } from "./summarise.ts";

const averaging = 0.01;

/** One value's statistics over all samples: each sample is folded in by itself, in order. */
export class Accumulator {
  readonly #histogram: GrowingHistogram | undefined;
  readonly #channels: ChannelTotals | undefined;
  readonly #total: ValueSummary = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, ...zeros };
  #samples = 0;
  #elements = 0;
  #finiteSamples = 0;
  #minSum = 0;
  #maxSum = 0;
  #movingMin = 0;
  #movingMax = 0;

  constructor({ histogram = false, channels }: Observation) {
    this.#histogram = histogram ? new GrowingHistogram() : undefined;
    this.#channels = channels === undefined ? undefined : new ChannelTotals(channels);
  }

  /**
   * @param batch samples in the run. Where they divide the first axis, the value has one part for each, one after the
   * other; else it is taken as one sample
   * @param count of them that count, those at the head
   */
  fold(values: Floats, shape: readonly number[], batch: number, count: number): void {
    const first = shape[0] ?? 1;
    const parts = first > 0 && first % batch === 0 ? batch : 1;
    const size = values.length / parts;
    const counted = parts === 1 ? values : values.subarray(0, count * size);
    const seen = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
    for (let start = 0; start < counted.length; start += size)
      this.#foldSample(counted.subarray(start, start + size), seen);
    if (seen.min <= seen.max) this.#histogram?.add(counted, seen.min, seen.max);
    this.#channels?.fold(counted, parts === 1 ? shape : [(first / batch) * count, ...shape.slice(1)]);
  }

  get result(): Statistics {
    const { min, max, sum, squares, nonFinite } = this.#total;
    const finite = this.#elements - nonFinite;
    const perSample = this.#finiteSamples || 1;
    return {
      samples: this.#samples,
      elements: this.#elements,
      nonFinite,
      min: finite > 0 ? min : 0,
      max: finite > 0 ? max : 0,
      mean: finite > 0 ? sum / finite : 0,
      rms: finite > 0 ? Math.sqrt(squares / finite) : 0,
      meanMin: this.#minSum / perSample,
      meanMax: this.#maxSum / perSample,
      movingMin: this.#movingMin,
      movingMax: this.#movingMax,
      histogram: this.#histogram?.result,
      channels: this.#channels?.result satisfies ChannelStatistics | undefined,
    };
  }

  /** @param seen is widened to what the values reach */
  #foldSample(values: Floats, seen: { min: number; max: number }): void {
    const own = summarise(values);
    const total = this.#total;
    this.#samples++;
    this.#elements += values.length;
    total.nonFinite += own.nonFinite;
    if (own.nonFinite === values.length) return;
    seen.min = Math.min(seen.min, own.min);
    seen.max = Math.max(seen.max, own.max);
    total.min = Math.min(total.min, own.min);
    total.max = Math.max(total.max, own.max);
    total.sum += own.sum;
    total.squares += own.squares;
    this.#minSum += own.min;
    this.#maxSum += own.max;
    const isFirst = this.#finiteSamples++ === 0;
    this.#movingMin = isFirst ? own.min : (1 - averaging) * this.#movingMin + averaging * own.min;
    this.#movingMax = isFirst ? own.max : (1 - averaging) * this.#movingMax + averaging * own.max;
  }
}

const zeros = { sum: 0, squares: 0, nonFinite: 0 };
