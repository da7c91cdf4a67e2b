import type { Statistics } from "@pare/pass";
import type * as ort from "onnxruntime-node";
import type { CrossedStatistics, Watched } from "../protocol.ts";
import { Accumulator } from "./accumulator.ts";
import { halves } from "./halves.ts";
import type { Floats } from "./summarise.ts";

/** Totals of the values of one session, by name. */
export type Observed = Map<string, Accumulator>;

/** @param tensorOf an input or output of the run @throws Error for a value that holds no floats */
export function foldAll(
  observed: Observed,
  { observations, batch, count }: Watched,
  tensorOf: (name: string) => ort.Tensor,
): void {
  for (const observation of observations) {
    const { value } = observation;
    let totals = observed.get(value);
    if (totals === undefined) {
      totals = new Accumulator(observation);
      observed.set(value, totals);
    }
    const tensor = tensorOf(value);
    totals.fold(floats(value, tensor), tensor.dims, batch, count);
  }
}

function floats(name: string, { data, type }: ort.Tensor): Floats {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (type === "float16" && data instanceof Uint16Array) return halves(data);
  throw new Error(`value ${name} has element type ${type}, which is no float`);
}

export function pack(observed: Observed): { readonly headers: CrossedStatistics[]; readonly parts: Uint8Array[] } {
  const parts: Uint8Array[] = [];
  const add = (...arrays: readonly Float64Array[]) => {
    for (const { buffer, byteOffset, byteLength } of arrays) parts.push(new Uint8Array(buffer, byteOffset, byteLength));
  };
  const headers = [...observed].map(([value, { result }]): CrossedStatistics => {
    const { histogram, channels, ...numbers } = result;
    if (histogram !== undefined) add(histogram.counts);
    if (channels !== undefined) add(channels.mean, channels.min, channels.max);
    return {
      value,
      ...numbers,
      histogram: histogram && { width: histogram.width },
      channels: channels && { axis: channels.axis },
    };
  });
  return { headers, parts };
}

export function unpack(
  headers: readonly CrossedStatistics[],
  parts: readonly Uint8Array[],
): ReadonlyMap<string, Statistics> {
  let next = 0;
  const take = () => new Float64Array(parts[next++]!.slice().buffer);
  return new Map(
    headers.map(({ value, histogram, channels, ...numbers }) => [
      value,
      {
        ...numbers,
        histogram: histogram && { width: histogram.width, counts: take() },
        channels: channels && { axis: channels.axis, mean: take(), min: take(), max: take() },
      },
    ]),
  );
}
