import { seededRandom } from "@pare/pass";
import { elementCount } from "@pare/tensor";

/** Numbers for weights of a shape. */
export type Draw = (shape: readonly number[]) => Float32Array;

export interface Draws {
  /** Normal, standard deviation √(2 ÷ fan-out) (He, Zhang, Ren, Sun 2015, eq. 14): convolutions before ReLU. */
  readonly heNormal: Draw;
  /** Uniform within ±1/√fan-in, the number of inputs of an output: dense layers and their biases. */
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
    heNormal: (shape) => {
      const fanOut = shape[0]! * elementCount(shape.slice(2));
      return fill(shape, () => gauss() * Math.sqrt(2 / fanOut));
    },
    fanIn: (inputs) => (shape) => fill(shape, () => (2 * uniform() - 1) / Math.sqrt(inputs)),
    normal: (deviation) => (shape) => fill(shape, () => gauss() * deviation),
  };
}
