import { seededRandom } from "@pare/pass";
import { elementCount } from "@pare/tensor";

/** Numbers for weights of a shape. */
export type Draw = (shape: readonly number[]) => Float32Array;

export interface Draws {
  /**
   * Uniform within ±1/√fan-in, the number of inputs of an output (LeCun, Bottou, Orr, Müller 1998, section 4.6, has √3
   * times that). Before a batch norm the size of weights changes no output, but larger ones, such as those of He et al.
   * (2015), learn more slowly: it shows in the recipe width8-alone of `bench:learn`.
   */
  fanIn(inputs: number): Draw;
  /** Normal with this standard deviation. */
  normal(deviation: number): Draw;
}

/** One seeded stream: weights are drawn in the order in which they are asked for. */
export function draws(seed: number): Draws {
  const uniform = seededRandom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const fill = (shape: readonly number[], next: () => number) =>
    Float32Array.from({ length: elementCount(shape) }, next);
  return {
    fanIn: (inputs) => (shape) => fill(shape, () => (2 * uniform() - 1) / Math.sqrt(inputs)),
    normal: (deviation) => (shape) => fill(shape, () => gauss() * deviation),
  };
}
