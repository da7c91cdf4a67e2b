import { attr, cloneModel, type Edit, type Model, withAttrs } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { elementCount, makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import { missingConstantError } from "../errors.ts";
import type { StepGraph, StepParameter } from "./step-graph.ts";

/**
 * Gives constants of a model other values, by name: what a step graph learned goes back into the model that it was built
 * from, whose operator set, structure and batch stay. Constant nodes and inputs with initial values count as constants.
 * @throws TRAIN_CONSTANT for a model that has other constants
 */
export function setConstants(model: Model, values: Tensors): void {
  model.graph.edit("trained", (edit) => {
    for (const [name, tensor] of values) setConstant(edit, model, name, tensor);
  });
}

/** A copy with other values for its constants. @throws TRAIN_CONSTANT */
export function withConstants(model: Model, values: Tensors): Model {
  const copy = cloneModel(model);
  setConstants(copy, values);
  return copy;
}

function setConstant(edit: Edit, model: Model, name: string, tensor: Tensor): void {
  const value = model.graph.value(name);
  if (value === undefined) throw missingConstantError(name);
  const { origin } = value;
  if (origin.kind === "output" && origin.node.op === "onnx.Constant") {
    edit.setAttrs(origin.node, withAttrs(new Map(), { value: attr.tensor(tensor) }));
    return;
  }
  if (origin.kind === "input") edit.freezeInput(value);
  else if (origin.kind !== "constant") throw missingConstantError(name);
  edit.setConstant(value, tensor);
}

/** States of which the trained constants are made, by the names of their inputs. */
export function parameterStates(step: StepGraph): readonly string[] {
  return [...new Set([...placesOf(step).values()].map(({ state }) => state))];
}

/**
 * The trained constants by name, moving averages in their place where the step graph has them.
 * @param states by the names of their inputs
 */
export function parametersOf(step: StepGraph, states: Tensors): Tensors {
  return new Map([...placesOf(step)].map(([name, place]) => [name, sliceOf(states.get(place.state)!, place)]));
}

function placesOf({ parameters, averages = [] }: StepGraph): ReadonlyMap<string, StepParameter> {
  return new Map([...parameters, ...averages].map((place) => [place.name, place]));
}

/** A copy: a slice would keep the whole state alive. */
function sliceOf(state: Tensor, { shape, offset }: StepParameter): Tensor {
  const elementBytes = state.source.size / elementCount(state.shape);
  const [start, end] = [offset * elementBytes, (offset + elementCount(shape)) * elementBytes];
  return makeTensor(state.dtype, shape, tensorBytes(state).slice(start, end));
}
