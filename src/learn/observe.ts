import type { Model } from "@pare/ir";
import type { Observation, Session, Statistics } from "@pare/pass";
import { portGrids } from "@pare/quantize";
import { batchingOf } from "../evaluate/batching.ts";
import { floatPorts } from "../evaluate/float-ports.ts";
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
  const { base, groups, session: first } = await begin(model, observations, data, world);
  const found = new Map<string, Statistics>();
  for (const [i, group] of groups.entries()) {
    const report = (done: number) =>
      world.progress.report("calibrating", i * data.calibration.length + done, groups.length * data.calibration.length);
    await using session = i === 0 ? first : await openFor(group, base, world);
    for (const [name, statistics] of await observeGroup(session, group, data, { ...world, progress: { report } }))
      found.set(name, statistics);
  }
  return found;
}

interface Beginning {
  /** The model that samples go through: the one that was given, or a copy with a free batch. */
  readonly base: Model;
  readonly groups: readonly ObservationGroup[];
  /** Of the first group. It is also what shows how many samples the model takes at once. */
  readonly session: Session;
}

async function begin(
  model: Model,
  observations: readonly Observation[],
  data: LearningData,
  world: World,
): Promise<Beginning> {
  const plan = async (base: Model) => planGroups(base, observations, await samplePorts(base, data));
  const groups = await plan(model);
  const session = await openFor(groups[0]!, model, world);
  try {
    const own = new Set(model.graph.outputs.map(({ name }) => name));
    const runner = {
      ...floatPorts(session, portGrids(model)),
      outputs: session.outputs.filter(({ name }) => own.has(name)),
    };
    const found = await batchingOf(model, runner, feedsOf(data.calibration, data, 1), world);
    if (found.kind === "declared") return { base: model, groups, session };
    if (found.kind === "single")
      return { base: model, groups: groups.map((group) => ({ ...group, batch: 1 })), session };
    await found.session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
    const freed = await plan(found.model);
    return { base: found.model, groups: freed, session: await openFor(freed[0]!, found.model, world) };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

function openFor({ observations }: ObservationGroup, model: Model, { engine, signal }: World): Promise<Session> {
  const names = observations.map(({ value }) => value);
  return engine.open(withOutputs(model, names), { signal, waiting: "sleep" });
}

async function observeGroup(
  session: Session,
  { observations, batch }: ObservationGroup,
  data: LearningData,
  { signal, progress }: Pick<World, "signal"> & { readonly progress: { report(done: number): void } },
): Promise<ReadonlyMap<string, Statistics>> {
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
