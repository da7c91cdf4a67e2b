import type { Session, SessionOptions } from "@pare/pass";
import type { StepGraph } from "@pare/train";
import type { TrainingPassTools } from "./train-model.ts";

/** A session of a step graph with its first state, for trying a few steps. */
export async function openStep(
  step: StepGraph,
  { training }: TrainingPassTools,
  options: Pick<SessionOptions, "profile"> = {},
): Promise<Session> {
  const session = await training.open(step.model, options);
  await session.hold(step.state.map(({ input, output, initial }) => ({ input, from: output, initial })));
  return session;
}
