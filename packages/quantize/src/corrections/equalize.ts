/**
 * The factor of every channel that makes the weights before it as large as those behind it (cross-layer equalization:
 * Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.1).
 *
 * A channel that is made with weights of at most r₁ and read with weights of at most r₂ is divided by √(r₁/r₂): both
 * maxima become √(r₁·r₂). A layer in the middle is behind one family of channels and before the next, so families are
 * visited again until nothing moves; with a depthwise layer in the middle this ends where the three maxima are equal,
 * ∛(r₁·r₂·r₃).
 */
import { numbers } from "@pare/tensor";
import type { ChannelFamilies, Family } from "./family.ts";
import type { Linear } from "./linear.ts";

/** A channel that needs more is as good as dead on one side; its offset, blown up, would widen the activations' range. */
const largestFactor = 2 ** 6;
/** A family is visited again while a factor near it moved by more than this share. */
const tolerance = 1e-3;
const mostSweeps = 60;

/** By channel: what it is divided by. */
export function equalizingFactors({ families, count }: ChannelFamilies): Float64Array {
  const factors = new Float64Array(count).fill(1);
  const layers = layersOf(families);
  let waiting = new Set(families.filter(({ producers, consumers }) => producers.length > 0 && consumers.length > 0));
  for (let sweep = 0; sweep < mostSweeps && waiting.size > 0; sweep++) {
    const moved = new Set<Family>();
    for (const family of sweep % 2 === 0 ? waiting : [...waiting].reverse())
      if (balance(family, layers, factors) > tolerance) for (const near of neighbours(family, layers)) moved.add(near);
    waiting = new Set(families.filter((family) => moved.has(family) && family.producers.length > 0));
  }
  return factors;
}

interface Layer {
  /** Largest magnitude of each pair's weights. */
  readonly magnitudes: Float64Array;
  /** Channels of its outputs and of its inputs; undefined where its data, or its output, belongs to no family. */
  outputs: Int32Array | undefined;
  inputs: Int32Array | undefined;
  readonly families: Set<Family>;
}

type Layers = ReadonlyMap<Linear, Layer>;

function layersOf(families: readonly Family[]): Layers {
  const layers = new Map<Linear, Layer>();
  const layerOf = (linear: Linear, family: Family): Layer => {
    const known = layers.get(linear);
    const layer = known ?? {
      magnitudes: magnitudesOf(linear),
      outputs: undefined,
      inputs: undefined,
      families: new Set<Family>(),
    };
    layers.set(linear, layer);
    layer.families.add(family);
    return layer;
  };
  for (const family of families) {
    for (const { linear, channels } of family.producers) layerOf(linear, family).outputs = channels;
    for (const { linear, channels } of family.consumers) layerOf(linear, family).inputs = channels;
  }
  return layers;
}

function magnitudesOf({ tensor, pairs }: Linear): Float64Array {
  const largest = new Float64Array(pairs.rows * pairs.columns);
  numbers(tensor).forEach((weight, i) => {
    const pair = pairs.of(i);
    largest[pair] = Math.max(largest[pair]!, Math.abs(weight));
  });
  return largest;
}

function neighbours({ producers, consumers }: Family, layers: Layers): ReadonlySet<Family> {
  return new Set([...producers, ...consumers].flatMap(({ linear }) => [...layers.get(linear)!.families]));
}

/** One step for the channels of a family; gives the largest change, 0.1 for one of 10 %. */
function balance({ producers, consumers }: Family, layers: Layers, factors: Float64Array): number {
  const made = new Map<number, number>();
  const read = new Map<number, number>();
  for (const { linear, channels } of producers) gather(linear, layers.get(linear)!, factors, channels, "output", made);
  for (const { linear, channels } of consumers) gather(linear, layers.get(linear)!, factors, channels, "input", read);
  let most = 0;
  for (const [channel, before] of made) {
    const behind = read.get(channel) ?? 0;
    if (!(before > 0) || !(behind > 0) || !Number.isFinite(before) || !Number.isFinite(behind)) continue;
    const old = factors[channel]!;
    const wanted = old * Math.sqrt(before / behind);
    factors[channel] = Math.min(Math.max(wanted, 1 / largestFactor), largestFactor);
    most = Math.max(most, Math.abs(factors[channel]! / old - 1));
  }
  return most;
}

/** Raises the channels on one side of a layer to its largest weights, with the factors as they are. */
function gather(
  linear: Linear,
  { magnitudes, outputs, inputs }: Layer,
  factors: Float64Array,
  channels: Int32Array,
  side: "output" | "input",
  largest: Map<number, number>,
): void {
  const { pairs } = linear;
  const found = new Float64Array(channels.length);
  const { rows, columns, outputShift, inputShift } = pairs;
  const dividers = Float64Array.from({ length: linear.outputs }, (_, i) => factorAt(factors, outputs, i));
  const multipliers = Float64Array.from({ length: linear.inputs }, (_, i) => factorAt(factors, inputs, i));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const output = row + outputShift[column]!;
      const input = column + inputShift[row]!;
      const weight = (magnitudes[row * columns + column]! * multipliers[input]!) / dividers[output]!;
      const i = side === "output" ? output : input;
      if (!(found[i]! >= weight)) found[i] = weight;
    }
  channels.forEach((channel, i) => {
    if (channel >= 0) largest.set(channel, Math.max(largest.get(channel) ?? 0, found[i]!));
  });
}

/** Of the channels of one side of a layer; 1 where they are held or belong to no family. */
export function factorAt(factors: Float64Array, channels: Int32Array | undefined, i: number): number {
  const channel = channels?.[i] ?? -1;
  return channel < 0 ? 1 : factors[channel]!;
}
