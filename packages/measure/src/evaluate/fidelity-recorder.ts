import type { Tensors } from "@pare/pass";
import { dtypes, elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { outputsDifferError } from "../errors.ts";
import type { FidelityOutcomes, OutputFidelity } from "../metrics/fidelity.ts";
import type { Feed } from "./feeds.ts";
import { type Activation, areProbabilities, rowsOf, softmax } from "./scores.ts";

export interface FidelityRecorder {
  add(original: Tensors, changed: Tensors, feed: Feed): void;
  readonly outcomes: FidelityOutcomes;
}

/**
 * Compares a model's outputs with the original's.
 *
 * 1. Where one has more elements along an axis (a detector found more boxes), the other has zeros there.
 * 2. An output without a row for each sample of the run belongs to all of them alike.
 *
 * @param outputs names that both have; those that hold no numbers are left out by the caller
 * @param scores the one whose last axis is chosen from
 * @param isNamed whether the caller says that these are the scores
 */
export function fidelityRecorder(
  samples: number,
  outputs: readonly string[],
  { name: scores, isNamed }: { readonly name: string; readonly isNamed: boolean },
  activation: Activation,
): FidelityRecorder {
  const columns = () => new Float64Array(samples);
  const powers = outputs.map(
    (name): OutputFidelity => ({ name, signal: columns(), noise: columns(), cosine: columns() }),
  );
  const choice = { positions: columns(), agreeing: columns(), divergence: columns() };
  let width = 0;
  let areShares = true;
  return {
    get outcomes() {
      const areScores = (areShares || activation !== "auto") && (isNamed || powers.length === 1);
      return { kind: "fidelity" as const, outputs: powers, choice: width > 1 ? { ...choice, areScores } : undefined };
    },
    add(original, changed, { first, targets, batch }) {
      for (const output of powers) {
        const [a, b] = alike(output.name, original.get(output.name)!, changed.get(output.name)!);
        const isBySample = batch === 1 || a.shape[0] === batch;
        if (isBySample) addPowers(output, rowsOf(a, batch), rowsOf(b, batch), first, targets.length);
        else addShared(output, numbers(a), numbers(b), { first, count: targets.length, batch });
        if (output.name !== scores || !isBySample) continue;
        if (isOfScores(a)) width = a.shape.at(-1)!;
        if (width <= 1) continue;
        areShares &&= areProbabilities(numbers(a), width);
        addChoices(choice, [a, b], { width, activation, first, count: targets.length, batch });
      }
    },
  };
}

/** Rule 1. @throws MEASURE_OUTPUTS */
function alike(output: string, original: Tensor, changed: Tensor): readonly [Tensor, Tensor] {
  const [ours, theirs] = [original.shape, changed.shape];
  if (ours.length !== theirs.length) throw outputsDifferError(output, ours, theirs);
  const shape = ours.map((size, axis) => Math.max(size, theirs[axis]!));
  return [grown(original, shape), grown(changed, shape)];
}

/** With zeros behind the last element of each axis. */
function grown(tensor: Tensor, shape: readonly number[]): Tensor {
  if (tensor.shape.join() === shape.join()) return tensor;
  const all = numbers(tensor);
  const to = new Float64Array(elementCount(shape));
  const width = tensor.shape.at(-1) ?? 1;
  const rows = width === 0 ? 0 : all.length / width;
  for (let row = 0; row < rows; row++) {
    let [rest, at, stride] = [row, 0, shape.at(-1) ?? 1];
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      at += (rest % tensor.shape[axis]!) * stride;
      rest = Math.floor(rest / tensor.shape[axis]!);
      stride *= shape[axis]!;
    }
    to.set(all.subarray(row * width, (row + 1) * width), at);
  }
  return tensorOf("float64", shape, to);
}

/** [samples, classes], or [samples, positions, classes]; more axes are maps of an image, whose last axis is a place. */
function isOfScores({ shape }: Tensor): boolean {
  return shape.length === 2 || shape.length === 3;
}

function addPowers(
  { signal, noise, cosine }: OutputFidelity,
  original: readonly Float64Array[],
  changed: readonly Float64Array[],
  first: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const [a, b] = [original[i]!, changed[i]!];
    let [aa, bb, ab, difference] = [0, 0, 0, 0];
    for (let k = 0; k < a.length; k++) {
      const [x, y] = [a[k]!, b[k]!];
      // Both infinite on one side, or both no number: that is the original's doing.
      if (Object.is(x, y) && !Number.isFinite(x)) continue;
      aa += x * x;
      bb += y * y;
      ab += x * y;
      difference += (x - y) ** 2;
    }
    signal[first + i] = aa;
    noise[first + i] = difference;
    cosine[first + i] = difference === 0 ? 1 : ab / Math.sqrt(aa * bb) || 0;
  }
}

/** Rule 2. */
function addShared(
  { signal, noise, cosine }: OutputFidelity,
  original: Float64Array,
  changed: Float64Array,
  { first, count, batch }: { readonly first: number; readonly count: number; readonly batch: number },
): void {
  const whole = { name: "", signal: new Float64Array(1), noise: new Float64Array(1), cosine: new Float64Array(1) };
  addPowers(whole, [original], [changed], 0, 1);
  signal.fill(whole.signal[0]! / batch, first, first + count);
  noise.fill(whole.noise[0]! / batch, first, first + count);
  cosine.fill(whole.cosine[0]!, first, first + count);
}

interface ChoiceColumns {
  readonly positions: Float64Array;
  readonly agreeing: Float64Array;
  readonly divergence: Float64Array;
}

interface ChoiceOptions {
  readonly width: number;
  readonly activation: Activation;
  readonly first: number;
  readonly count: number;
  readonly batch: number;
}

function addChoices(to: ChoiceColumns, pair: readonly [Tensor, Tensor], options: ChoiceOptions): void {
  const { width, first, count, batch } = options;
  const [original, changed] = [numbers(pair[0]), numbers(pair[1])];
  const isNone = options.activation === "none" || (options.activation === "auto" && areProbabilities(original, width));
  const positions = original.length / width / batch;
  for (let i = 0; i < count; i++) {
    let [agreeing, divergence] = [0, 0];
    for (let start = i * positions * width; start < (i + 1) * positions * width; start += width) {
      const [a, b] = [original.subarray(start, start + width), changed.subarray(start, start + width)];
      if (highest(a) === highest(b)) agreeing++;
      divergence += isNone ? kl(a, b) : kl(softmax(a), softmax(b));
    }
    to.positions[first + i] = positions;
    to.agreeing[first + i] = agreeing;
    to.divergence[first + i] = divergence;
  }
}

function highest(row: Float64Array): number {
  let found = -1;
  for (let i = 0; i < row.length; i++) {
    if (!Number.isNaN(row[i]!) && (found === -1 || row[i]! > row[found]!)) found = i;
  }
  return found;
}

/** Σ p · log(p ÷ q), nats; no probability counts as smaller than 1e-15. */
function kl(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i]! > 0) sum += p[i]! * Math.log(p[i]! / Math.max(q[i]!, 1e-15));
  return sum;
}

/** Whether an output can be compared as numbers. */
export function isNumeric({ dtype }: { readonly dtype: string }): boolean {
  const kind = Object.hasOwn(dtypes, dtype) ? dtypes[dtype as keyof typeof dtypes].kind : "string";
  return kind !== "string" && kind !== "complex";
}
