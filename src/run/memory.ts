import { type FreshStarts, measureFreshStarts, median, medianInterval, peakMemoryRatio } from "@pare/measure";
import type { SessionOptions, Tensors } from "@pare/pass";
import type { Metric } from "@pare/report";
import type { Measured, ModelPair } from "./evaluate.ts";
import type { World } from "./tools.ts";

/** Six give a median its interval. */
const starts = 6;
export const peakMemory = "memory.peak";

/** The most memory of the runtime's process, from fresh processes for each model; nothing where the system does not tell. */
export async function measureMemory(
  pair: ModelPair,
  inputs: Tensors,
  session: SessionOptions,
  seed: number,
  { progress, signal }: World,
): Promise<Measured> {
  const options = { inputs: [inputs, inputs], session, starts, progress, signal };
  const [original, result] = await measureFreshStarts([pair.original, pair.result], options);
  const estimate = peakMemoryRatio(original!, result!, seed);
  if (estimate === undefined) return { original: [], result: [], comparisons: [] };
  const { ratio, interval } = estimate;
  return {
    original: metricsOf(original!),
    result: metricsOf(result!),
    comparisons: [{ metric: peakMemory, kind: "ratio", value: ratio, ...(interval && { interval }) }],
  };
}

function metricsOf({ peakBytes = [] }: FreshStarts): readonly Metric[] {
  const interval = medianInterval(peakBytes);
  const value = median(peakBytes);
  const samples = peakBytes.length;
  return [{ name: peakMemory, unit: "bytes", better: "lower", value, ...(interval && { interval }), samples }];
}
