import type { Model } from "@pare/ir";
import type { Observation, Session, Statistics } from "@pare/pass";
import { prepareBatches } from "../evaluate/open-model.ts";
import type { World } from "../run/tools.ts";
import { feedsOf, samplePorts } from "./feeds.ts";
import type { LearningData } from "./learning-data.ts";
import { type ObservationGroup, planGroups, withOutputs } from "./observed-model.ts";

/**
 * Statistics of values over the calibration samples.
 *
 * 1. The engine's process folds what it computes; no activation leaves it.
 * 2. Samples in a run, and which values are observed together, depend on the model and the shapes of a sample alone. So
 *    the bits do not depend on what the user asked for.
 * 3. While the model runs on one batch the next is being made: threads that wait must not take its processor.
 */
export async function observeModel(
  model: Model,
  observations: readonly Observation[],
  data: LearningData,
  world: World,
): Promise<ReadonlyMap<string, Statistics>> {
  if (observations.length === 0) return new Map();
  const { model: base, batching } = await prepareBatches(model, world, feedsOf(data.calibration, data, 1));
  const groups = planGroups(base, observations, await samplePorts(base, data)).map((group) => {
    return batching === "single" ? { ...group, batch: 1 } : group;
  });
  const found = new Map<string, Statistics>();
  for (const [i, group] of groups.entries()) {
    const report = (done: number) =>
      world.progress.report("calibrating", i * data.calibration.length + done, groups.length * data.calibration.length);
    for (const [name, statistics] of await observeGroup(base, group, data, { ...world, progress: { report } }))
      found.set(name, statistics);
  }
  return found;
}

async function observeGroup(
  model: Model,
  { observations, batch }: ObservationGroup,
  data: LearningData,
  { engine, signal, progress }: Omit<World, "progress"> & { readonly progress: { report(done: number): void } },
): Promise<ReadonlyMap<string, Statistics>> {
  const names = observations.map(({ value }) => value);
  await using session: Session = await engine.open(withOutputs(model, names), { signal, waiting: "sleep" });
  let pending: Promise<void> = Promise.resolve();
  for await (const { inputs, targets, first } of feedsOf(data.calibration, data, batch).feeds([session])) {
    const rows = [...inputs.values()].find(({ shape }) => shape.length > 0)?.shape[0] ?? 1;
    const observing = session.observe(inputs, observations, { batch: rows, count: targets.length, signal });
    observing.catch(() => {});
    await pending;
    pending = observing;
    progress.report(first + targets.length);
  }
  await pending;
  return await session.observed();
}
