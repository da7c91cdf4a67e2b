import { allGraphs, cloneModel, type Dim, type Edit, type Model, type Value } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import { freeBatch, requiredInputs } from "@pare/pass";
import { batchFixedError, unknownSizesError } from "../errors.ts";

export interface Sizes {
  /** Samples in a batch: 1 or more. */
  readonly batch: number;
  /** Whole shapes of inputs by name, the batch included, where the model leaves more than its first size free. */
  readonly inputShapes?: ReadonlyMap<string, readonly number[]>;
}

/**
 * A copy whose inputs have fixed shapes: a free first size is the batch. A model that is fixed to a batch of 1 is freed
 * first (see `freeBatch`). Declared shapes behind the inputs are forgotten: they may name sizes that are numbers now.
 * @throws TRAIN_SHAPE for another free size; TRAIN_BATCH_FIXED where the model is fixed to another batch
 */
export function withFixedSizes(model: Model, sizes: Sizes): Model {
  const copy = cloneModel(freed(model, sizes));
  copy.graph.edit("fix sizes", (edit) => {
    for (const input of [...copy.graph.inputs]) fixInput(edit, input, sizes);
    for (const graph of allGraphs(copy))
      for (const value of graph.values)
        if (value.origin.kind === "output" && value.type?.kind === "tensor")
          edit.retype(value, { ...value.type, shape: undefined });
  });
  return copy;
}

/** The model itself where its inputs take the batch. */
function freed(model: Model, { batch, inputShapes }: Sizes): Model {
  const firsts = requiredInputs(model).map((input) => [input, shapeOf(input.type)?.[0]] as const);
  const takes = ([input, first]: readonly [Value, Dim]) =>
    typeof first !== "number" || first === (inputShapes?.get(input.name)?.[0] ?? batch);
  if (firsts.some(([, first]) => typeof first !== "number") || firsts.every(takes)) return model;
  const [input, first] = firsts.find((each) => !takes(each))!;
  const copy = freeBatch(model);
  if (copy === undefined) throw batchFixedError(input.name, first as number, batch);
  return copy;
}

function fixInput(edit: Edit, input: Value, { batch, inputShapes }: Sizes): void {
  if (input.origin.kind === "input" && input.origin.initial !== undefined) {
    edit.freezeInput(input);
    return;
  }
  const declared = shapeOf(input.type);
  const shape =
    inputShapes?.get(input.name) ??
    declared?.map((size, axis) => (axis === 0 && typeof size !== "number" ? batch : size));
  if (shape === undefined || !shape.every((size) => typeof size === "number"))
    throw unknownSizesError(input.name, declared === undefined ? "unknown rank" : `[${declared.join(", ")}]`);
  const dtype = input.type?.kind === "tensor" ? input.type.dtype : undefined;
  edit.retype(input, { kind: "tensor", dtype, shape });
}
