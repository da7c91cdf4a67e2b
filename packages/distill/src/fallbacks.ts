import type { Note } from "@pare/pass";
import { type StepGraph, stepFeeds } from "@pare/train";
import { openStep } from "./open-step.ts";
import { noOutputs } from "./teacher-outputs.ts";
import type { Training, TrainingPassTools } from "./train-model.ts";

/** On another device than the processor: the nodes of a step that run on the processor all the same, found by running one. */
export async function fallbackNotes(
  step: StepGraph,
  { model }: Training,
  tools: TrainingPassTools,
): Promise<readonly Note[]> {
  const { training, seed } = tools;
  const { device } = training;
  if (device === "cpu") return [];
  await using session = await openStep(step, tools, { profile: true });
  for await (const batch of training.batches(model, { batch: step.batch, epoch: 0, seed })) {
    await session.run(await stepFeeds(step, batch, { learningRate: 0, momentum: 0 }, noOutputs(step)));
    break;
  }
  const { events } = await session.profile();
  const onProcessor = events.filter(({ provider, op }) => provider === processor && !op.startsWith("Memcpy"));
  const counts = new Map<string, number>();
  for (const { op } of onProcessor) counts.set(op, (counts.get(op) ?? 0) + 1);
  const listed = [...counts].map(([op, count]) => `${op} (${count})`).join(", ");
  const text =
    onProcessor.length === 0
      ? `a step runs on ${device} altogether`
      : `${onProcessor.length} of a step's ${events.length} nodes run on the processor, not on ${device}: ${listed}`;
  return [{ kind: "info", text, subjects: onProcessor.map(({ node }) => node) }];
}

const processor = "CPUExecutionProvider";
