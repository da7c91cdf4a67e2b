/** Inputs such as a model may get in use: what it is timed on where there is no data. */
import type { Model } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { dtypes, elementCount, stringTensor, type Tensor, tensorOf } from "@pare/tensor";
import type { Tensors } from "./contract.ts";
import { type InputValues, inputValues } from "./input-values.ts";
import { seededRandom } from "./random.ts";
import { fillSizes, normal, requiredInputs, type SizeChoice, sizeChoices } from "./sample-inputs.ts";

/** By the name of the size, else by its place: 128 tokens, 224 · 224 pixels, a second of sound, nothing yet cached. */
const usualSize: SizeChoice = (symbol, axis, rank) => {
  if (axis === 0 || /batch/i.test(symbol)) return 1;
  const [, size] = sizesByName.find(([pattern]) => pattern.test(symbol)) ?? [];
  return size ?? (rank < 4 ? 128 : axis === 1 ? 3 : 224);
};

const sizesByName: readonly (readonly [RegExp, number])[] = [
  [/past|cache/i, 0],
  [/chan/i, 3],
  [/height|width|^[hw]$/i, 224],
  [/sampl|audio|wave/i, 16_000],
  [/seq|len|token|time|frame|step/i, 128],
];

/** In the order in which they are worth trying. */
export const likelySizes: readonly SizeChoice[] = [usualSize, ...sizeChoices];

/** Undefined where an input is no tensor or its type is unknown. The same seed gives the same. */
export function likelyInputs(model: Model, seed: number, choose: SizeChoice): Tensors | undefined {
  const inference = inferTypes(model);
  const shapes = fillSizes(model, choose);
  const tensors = new Map<string, Tensor>();
  for (const [i, input] of requiredInputs(model).entries()) {
    const shape = shapes.get(input);
    const dtype = input.type?.kind === "tensor" ? input.type.dtype : undefined;
    if (shape === undefined || dtype === undefined || dtypes[dtype].kind === "complex") return undefined;
    const count = elementCount(shape);
    if (dtypes[dtype].kind === "string")
      tensors.set(input.name, stringTensor(shape, new Array<string>(count).fill("a")));
    else {
      const random = seededRandom(seed * 1000 + i);
      const draw = drawing(inputValues(input, inference), dtypes[dtype].kind === "float");
      tensors.set(
        input.name,
        tensorOf(
          dtype,
          shape,
          Float64Array.from({ length: count }, () => draw(random)),
        ),
      );
    }
  }
  return tensors;
}

function drawing(values: InputValues, isFloat: boolean): (random: () => number) => number {
  switch (values.kind) {
    case "same":
      return () => values.value;
    case "whole":
      return (random) => Math.floor(random() * values.below);
    case "uniform": {
      const between = (random: () => number) => values.low + random() * (values.high - values.low);
      return isFloat ? between : (random) => Math.round(between(random));
    }
    case "normal":
      return normal;
  }
}
