/** What a training would do, for plans: nothing is kept. */

import type { Model, Value } from "@pare/ir";
import { type Inference, inferTypes, shapeOf } from "@pare/ops";
import type { Note, Tools } from "@pare/pass";
import { formatCount } from "@pare/report";
import { elementCount } from "@pare/tensor";
import { stepFeeds } from "@pare/train";
import { type ComparisonParts, comparisonsFor } from "./comparisons.ts";
import { fallbackNotes } from "./fallbacks.ts";
import { byReason } from "./notes.ts";
import { openStep } from "./open-step.ts";
import { requireTraining } from "./require-training.ts";
import { noOutputs } from "./teacher-outputs.ts";
import { stepGraphOf, type Training, type TrainingPassTools } from "./train-model.ts";

/** Steps that are timed; the first one is warm-up. */
const timedSteps = 4;

/**
 * Parameters, steps, memory and time of a training. The step graph is built, so that what cannot be differentiated is named
 * before anything runs, and a few steps are timed. @throws what `trainModel` throws before its first step
 */
export async function foreseeTraining(
  training: Training,
  parts: ComparisonParts,
  pass: string,
  given: Tools,
): Promise<readonly Note[]> {
  const tools = requireTraining(given, pass);
  const { options, teaching } = training;
  const step = await stepGraphOf(training, pass, tools);
  const trained = step.plan.constants.filter(({ kind }) => kind !== undefined);
  const steps = Math.floor(tools.training.samples / options.batch);
  const stepMs = await timeStep(step, training, tools);
  const others = await foreseeComparisons(comparisonsFor(training, step, parts, tools), pass, tools);
  const seconds = (stepMs * steps * options.epochs) / 1000;
  const teachers = teaching === undefined ? "" : `, taught by ${teaching.teachers.map(({ name }) => name).join(", ")}`;
  return [
    {
      kind: "info",
      text:
        `would train ${formatCount(step.plan.trained)} parameters in ${trained.length} constants${teachers}: ` +
        `${epochsText(options.epochs)} of ${steps} steps, batch ${options.batch}, ${options.optimizer}; ` +
        `backward pass: ${step.formulation}`,
      subjects: trained.map(({ name }) => name),
    },
    {
      kind: "info",
      text:
        `a step takes ${stepMs.toFixed(stepMs < 10 ? 1 : 0)} ms here: about ${secondsText(seconds)} without evaluation` +
        `${others.map((each) => `, and ${secondsText(each.seconds)} for comparison with ${each.label}`).join("")}; ` +
        `its tensors take at most ${Math.round(peakBytes(step.model) / 1e6)} MB at once`,
    },
    ...(await fallbackNotes(step, training, tools)),
    ...byReason(step.plan.constants),
  ];
}

const epochsText = (epochs: number) => (epochs === 1 ? "1 epoch" : `${epochs} epochs`);
const secondsText = (seconds: number) => (seconds < 1 ? "a second" : `${Math.round(seconds)} s`);

async function foreseeComparisons(compared: readonly Training[], pass: string, tools: TrainingPassTools) {
  const foreseen: { readonly label: string; readonly seconds: number }[] = [];
  for (const each of compared) {
    const step = await stepGraphOf(each, pass, tools);
    const steps = each.options.epochs * Math.floor(tools.training.samples / each.options.batch);
    foreseen.push({ label: each.label, seconds: (steps * (await timeStep(step, each, tools))) / 1000 });
  }
  return foreseen;
}

async function timeStep(step: Awaited<ReturnType<typeof stepGraphOf>>, training: Training, tools: TrainingPassTools) {
  const { training: world, seed } = tools;
  await using session = await openStep(step, tools);
  const times: number[] = [];
  for await (const batch of world.batches(training.model, { batch: step.batch, epoch: 0, seed })) {
    const inputs = await stepFeeds(step, batch, { learningRate: 0, momentum: 0 }, noOutputs(step));
    const began = performance.now();
    await session.run(inputs);
    times.push(performance.now() - began);
    if (times.length === timedSteps) break;
  }
  const warm = times.length > 1 ? times.slice(1) : times;
  return warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)] ?? 0;
}

/** The most that is alive at once when nodes run in their order and each value goes after its last use. */
export function peakBytes(model: Model): number {
  const inference = inferTypes(model);
  const lastUse = new Map<Value, number>();
  const nodes = [...model.graph.nodes];
  for (const [place, node] of nodes.entries())
    for (const input of node.inputs) if (input?.origin.kind === "output") lastUse.set(input, place);
  for (const output of model.graph.outputs) lastUse.set(output, nodes.length);
  const ending = nodes.map((): Value[] => []);
  for (const [value, place] of lastUse) ending[place]?.push(value);
  let alive = constantBytes(model);
  let most = alive;
  for (const [place, node] of nodes.entries()) {
    alive += bytesOf(
      inference,
      node.outputs.filter((value) => lastUse.has(value)),
    );
    most = Math.max(most, alive);
    alive -= bytesOf(inference, ending[place] ?? []);
  }
  return most;
}

function constantBytes({ graph }: Model): number {
  return [...graph.values].reduce(
    (sum, { origin }) => sum + (origin.kind === "constant" ? origin.tensor.source.size : 0),
    0,
  );
}

/** Four bytes an element: floats, and whole numbers are few. */
function bytesOf(inference: Inference, values: readonly Value[]): number {
  return values.reduce((sum, value) => {
    const shape = shapeOf(inference.type(value)) ?? [];
    return sum + (shape.every((size) => typeof size === "number") ? 4 * elementCount(shape) : 0);
  }, 0);
}
