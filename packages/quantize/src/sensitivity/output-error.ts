/**
 * How far outputs are from those of the float model, as one number: 0 where they are the same.
 *
 * `nats`: every output holds one row of scores a sample, [N,C] with C ≥ 2, and the number is the mean Kullback-Leibler
 * divergence of the changed probabilities from the original ones. Rows that are no probabilities (≥ 0, sum 1) are logits.
 * `noise`: Σ(changed − original)² ÷ Σ original², the inverse of the signal-to-noise ratio.
 * Of several outputs the mean. Infinity where a number is not finite that was.
 */
import type { Tensors } from "@pare/pass";
import { numbers } from "@pare/tensor";

export type ErrorUnit = "nats" | "noise";

/** Float outputs of a run, by name, and their shapes. */
export type Outputs = ReadonlyMap<string, { readonly values: Float64Array; readonly shape: readonly number[] }>;

const floats: readonly string[] = ["float32", "float64", "float16", "bfloat16"];

export function floatOutputs(tensors: Tensors): Outputs {
  const found = [...tensors].filter(([, { dtype }]) => floats.includes(dtype));
  return new Map(found.map(([name, tensor]) => [name, { values: numbers(tensor), shape: tensor.shape }]));
}

/** What fits the outputs of the float model. */
export function errorUnit(reference: Outputs): ErrorUnit {
  const areScores = [...reference.values()].every(({ shape }) => shape.length === 2 && shape[1]! >= 2);
  return reference.size > 0 && areScores ? "nats" : "noise";
}

/** Over all runs; `changed[i]` and `reference[i]` come from the same inputs. */
export function outputError(reference: readonly Outputs[], changed: readonly Outputs[], unit: ErrorUnit): number {
  const names = [...(reference[0]?.keys() ?? [])];
  if (names.length === 0) return 0;
  const errors = names.map((name) => {
    const pairs = reference.map((outputs, i) => [outputs.get(name)!, changed[i]?.get(name)] as const);
    return unit === "nats" ? meanDivergence(pairs) : noiseRatio(pairs);
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

type Output = Outputs extends ReadonlyMap<string, infer T> ? T : never;
type Pairs = readonly (readonly [Output, Output | undefined])[];

function noiseRatio(pairs: Pairs): number {
  let [signal, noise] = [0, 0];
  for (const [{ values }, changed] of pairs) {
    if (changed?.values.length !== values.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i]!)) continue;
      signal += values[i]! ** 2;
      noise += (changed.values[i]! - values[i]!) ** 2;
    }
  }
  if (noise === 0) return 0;
  return Number.isNaN(noise) || signal === 0 ? Number.POSITIVE_INFINITY : noise / signal;
}

function meanDivergence(pairs: Pairs): number {
  let [sum, rows] = [0, 0];
  for (const [{ values, shape }, changed] of pairs) {
    const width = shape[1]!;
    if (changed?.values.length !== values.length) return Number.POSITIVE_INFINITY;
    for (let at = 0; at + width <= values.length; at += width, rows++)
      sum += divergence(values.subarray(at, at + width), changed.values.subarray(at, at + width));
  }
  if (Number.isNaN(sum)) return Number.POSITIVE_INFINITY;
  return rows === 0 ? 0 : Math.max(0, sum / rows);
}

/** The least probability that counts, so that a zero does not make the divergence infinite. */
const least = 1e-9;

function divergence(original: Float64Array, changed: Float64Array): number {
  const [p, q] = isDistribution(original) ? [original, changed] : [softmax(original), softmax(changed)];
  return p.reduce((sum, each, i) => {
    const from = Math.max(each, least);
    return sum + from * Math.log(from / Math.max(q[i]!, least));
  }, 0);
}

function isDistribution(row: Float64Array): boolean {
  return row.every((each) => each >= 0) && Math.abs(row.reduce((sum, each) => sum + each, 0) - 1) < 1e-3;
}

function softmax(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = row.map((each) => Math.exp(each - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((each) => each / sum);
}
