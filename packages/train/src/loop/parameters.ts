import type { Session, Tensors } from "@pare/pass";
import { parameterStates, parametersOf } from "../step/materialize.ts";
import type { StepGraph } from "../step/step-graph.ts";

/** The trained constants as they are now, by their names in the model. */
export async function readParameters(session: Session, step: StepGraph): Promise<Tensors> {
  return parametersOf(step, await session.held(parameterStates(step)));
}
