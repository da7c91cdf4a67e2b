import type { Tensors, TrainingBatch } from "@pare/pass";
import { type Tensor, tensorOf } from "@pare/tensor";
import { noTargetsError, noTeacherError } from "../errors.ts";
import type { Rates } from "../schedule/schedule.ts";
import type { StepFeed, StepGraph } from "../step/step-graph.ts";

/** Gives a teacher's outputs for the samples of a batch, where they are not computed in the step graph itself. */
export type TeacherOutput = (feed: StepFeed & { readonly kind: "teacher" }, batch: TrainingBatch) => Promise<Tensor>;

/** What one step is fed. @throws TRAIN_TARGETS, TRAIN_TEACHER */
export async function stepFeeds(
  step: StepGraph,
  batch: TrainingBatch,
  rates: Rates,
  teacher: TeacherOutput | undefined,
): Promise<Tensors> {
  const fed = new Map<string, Tensor>();
  for (const feed of step.feeds) fed.set(feed.name, await tensorFor(feed, batch, teacher));
  for (const { name, kind } of step.rates)
    fed.set(name, tensorOf("float32", [], [kind === "momentum" ? rates.momentum : rates.learningRate]));
  return fed;
}

async function tensorFor(feed: StepFeed, batch: TrainingBatch, teacher: TeacherOutput | undefined): Promise<Tensor> {
  switch (feed.kind) {
    case "input":
      return batch.inputs.get(feed.name)!;
    case "target":
      if (batch.targets === undefined) throw noTargetsError(feed.name);
      return batch.targets;
    case "teacher":
      if (teacher === undefined) throw noTeacherError(feed.name);
      return await teacher(feed, batch);
  }
}
