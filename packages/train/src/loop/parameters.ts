import type { Session, Tensors } from "@pare/pass";
import { elementCount, makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { StepGraph, StepParameter } from "../step/step-graph.ts";

/** The trained constants as they are now, by their names in the model; moving averages where the step graph has them. */
export async function readParameters(session: Session, step: StepGraph): Promise<Tensors> {
  const places = new Map([...step.parameters, ...(step.averages ?? [])].map((place) => [place.name, place]));
  const states = await session.held([...new Set([...places.values()].map(({ state }) => state))]);
  return new Map([...places].map(([name, place]) => [name, sliceOf(states.get(place.state)!, place)]));
}

/** A copy: a slice would keep the whole state alive. */
function sliceOf(state: Tensor, { shape, offset }: StepParameter): Tensor {
  const elementBytes = state.source.size / elementCount(state.shape);
  const [start, end] = [offset * elementBytes, (offset + elementCount(shape)) * elementBytes];
  return makeTensor(state.dtype, shape, tensorBytes(state).slice(start, end));
}
