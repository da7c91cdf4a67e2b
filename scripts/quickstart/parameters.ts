import { type RandomStream, randomStream } from "@pare/data";

/** A named array of the network: trained by gradients, or (a batch-norm's mean and variance) by running averages. */
export interface Parameter {
  readonly name: string;
  readonly kind: "weight" | "statistic";
  readonly value: Float32Array;
  /** Of a weight: the gradient of the loss. Of a statistic: what the current batch has. */
  readonly update: Float32Array;
}

/** All parameters in two flat arrays, so that workers can share the values and hand back their updates whole. */
export interface ParameterStore {
  readonly all: readonly Parameter[];
  /** A weight with values from −limit to limit, or a statistic or weight that starts at `constant`. */
  uniform(name: string, size: number, limit: number): Parameter;
  constant(name: string, size: number, value: number, kind?: Parameter["kind"]): Parameter;
}

/** Room for the whole network in each of the arrays. */
export const storeLength = 65_536;

/** `initialise`: fill in the starting values (the owner does; workers find them in the shared array). */
export function parameterStore(values: Float32Array, updates: Float32Array, initialise: boolean): ParameterStore {
  const all: Parameter[] = [];
  let used = 0;
  const add = (name: string, kind: Parameter["kind"], size: number, start: (random: RandomStream) => number) => {
    const random = randomStream(1, 100, all.length);
    const range = [used, used + size] as const;
    const parameter: Parameter = { name, kind, value: values.subarray(...range), update: updates.subarray(...range) };
    if (initialise) for (let i = 0; i < size; i++) parameter.value[i] = start(random);
    all.push(parameter);
    used += size;
    return parameter;
  };
  return {
    all,
    uniform: (name, size, limit) => add(name, "weight", size, (random) => random.between(-limit, limit)),
    constant: (name, size, value, kind = "weight") => add(name, kind, size, () => value),
  };
}
