import { attr, cloneModel, type Edit, type Model, withAttrs } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { elementCount, float32s, type Tensor, tensorOf } from "@pare/tensor";
import { missingConstantError } from "../errors.ts";
import type { StepGraph, StepParameter } from "./step-graph.ts";

export interface MaterializeOptions {
  /** The moving average of the parameters, where one is kept, in place of the latest; default false. */
  readonly averaged?: boolean;
}

/**
 * The trained model: a copy of the one that the step graph was built from (of its own operator set, structure and
 * batch), with trained constants and running statistics from the states.
 * @param states by the names of their inputs
 * @throws TRAIN_CONSTANT for a model that has other constants
 */
export function materialize(model: Model, step: StepGraph, states: Tensors, options: MaterializeOptions = {}): Model {
  const copy = cloneModel(model);
  const places = new Map(step.parameters.map((place) => [place.name, place]));
  if (options.averaged) for (const place of step.averages ?? []) places.set(place.name, place);
  copy.graph.edit("trained", (edit) => {
    for (const place of places.values()) replace(edit, copy, place, states);
  });
  return copy;
}

function replace(edit: Edit, model: Model, place: StepParameter, states: Tensors): void {
  const value = model.graph.value(place.name);
  const state = states.get(place.state);
  if (value === undefined || state === undefined) throw missingConstantError(place.name);
  const { origin } = value;
  const tensor = sliceOf(state, place);
  if (origin.kind === "constant") edit.setConstant(value, tensor);
  else if (origin.kind === "input") edit.setConstant(frozenInput(edit, value), tensor);
  else if (origin.kind === "output" && origin.node.op === "onnx.Constant")
    edit.setAttrs(origin.node, withAttrs(new Map(), { value: attr.tensor(tensor) }));
  else throw missingConstantError(place.name);
}

function frozenInput(edit: Edit, value: NonNullable<ReturnType<Model["graph"]["value"]>>) {
  edit.freezeInput(value);
  return value;
}

function sliceOf(state: Tensor, { shape, offset }: StepParameter): Tensor {
  return tensorOf("float32", shape, float32s(state).slice(offset, offset + elementCount(shape)));
}
