import type { Tensors } from "@pare/pass";
import { dtypes, numbers, type Tensor } from "@pare/tensor";
import { outputsDifferError } from "../errors.ts";
import type { FidelityOutcomes, OutputFidelity } from "../metrics/fidelity.ts";
import { type Activation, areProbabilities, rowsOf, softmax } from "./scores.ts";

export interface FidelityRecorder {
  /** @param count of the samples at the head of the batch that count */
  add(original: Tensors, changed: Tensors, first: number, count: number): void;
  readonly outcomes: FidelityOutcomes;
}

/**
 * Compares a model's outputs with the original's.
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
    add(original, changed, first, count) {
      for (const output of powers) {
        const [a, b] = [original.get(output.name)!, changed.get(output.name)!];
        if (a.shape.join() !== b.shape.join()) throw outputsDifferError(output.name, a.shape, b.shape);
        addPowers(output, rowsOf(a), rowsOf(b), first, count);
        if (output.name === scores && isOfScores(a)) width = a.shape.at(-1)!;
        if (output.name !== scores || width <= 1) continue;
        areShares &&= areProbabilities(numbers(a), width);
        addChoices(choice, [a, b], { width, activation, first, count });
      }
    },
  };
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
}

function addChoices(to: ChoiceColumns, pair: readonly [Tensor, Tensor], options: ChoiceOptions): void {
  const { width, first, count } = options;
  const [original, changed] = [numbers(pair[0]), numbers(pair[1])];
  const isNone = options.activation === "none" || (options.activation === "auto" && areProbabilities(original, width));
  const positions = original.length / width / pair[0].shape[0]!;
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
