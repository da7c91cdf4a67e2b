/**
 * What teachers say of samples that are the same in every epoch: computed once, and fed.
 *
 * 1. Samples are asked about in the data's order, in batches of the training's size: what an interrupted run finds again are
 *    the same bytes.
 * 2. Where data is augmented, or features inside are compared, or one epoch is all there is, teachers run in the step.
 */
import type { Model } from "@pare/ir";
import { requiredInputs, type Session, type Tensors, type TrainingBatch } from "@pare/pass";
import { elementCount, numbers, tensorOf } from "@pare/tensor";
import { type StepGraph, shapeOfFeed, type TeacherOutput, teacherLogits } from "@pare/train";
import { differentOutputsError } from "./errors.ts";
import { raise } from "./raise.ts";
import type { Training, TrainingPassTools } from "./train-model.ts";

const mostBytes = 256 * 1024 * 1024;

/** @param output shape of what is trained, −1 where it is not known */
export function areKept(
  { options, teaching, model }: Training,
  output: readonly number[],
  { training }: TrainingPassTools,
): boolean {
  if (teaching === undefined || training.isAugmented || options.epochs === 1) return false;
  const { hints, attention, teachers } = teaching;
  const width = elementCount(output.slice(1));
  const bytes = teachers.length * training.samples * width * Float32Array.BYTES_PER_ELEMENT;
  const inputs = requiredInputs(model).length;
  const areBound = teachers.every((teacher) => requiredInputs(teacher.model).length <= inputs);
  return areBound && hints === 0 && attention === 0 && width > 0 && bytes <= mostBytes;
}

/** Undefined where the step graph asks for none. @throws TRAIN_TEACHER where a teacher gives another number of scores */
export async function teacherOutputs(
  { model, options, teaching }: Training,
  step: StepGraph,
  tools: TrainingPassTools,
): Promise<TeacherOutput | undefined> {
  const feeds = step.feeds.filter((feed) => feed.kind === "teacher");
  const kept: ReadonlyMap<string, Float32Array>[] = [];
  for (const feed of feeds) {
    const { name, model: teacher } = teaching!.teachers[feed.teacher]!;
    const width = elementCount(shapeOfFeed(step, feed)) / step.batch;
    const question = { name, width, batch: options.batch, loss: step.loss, student: model, teacher: raise(teacher) };
    kept.push(await askAll(question, tools));
  }
  if (feeds.length === 0) return undefined;
  return async (feed, { ids }) => {
    const shape = shapeOfFeed(step, feed);
    const rows = new Float32Array(elementCount(shape));
    for (const [i, id] of ids.entries()) rows.set(kept[feed.teacher]!.get(id)!, (i * rows.length) / ids.length);
    return tensorOf("float32", shape, rows);
  };
}

/** Of the right shape and no meaning, for timing. */
export function noOutputs(step: StepGraph): TeacherOutput {
  return async (feed) => {
    const shape = shapeOfFeed(step, feed);
    return tensorOf("float32", shape, new Float32Array(elementCount(shape)));
  };
}

interface Question {
  readonly name: string;
  /** Scores of a sample. */
  readonly width: number;
  readonly batch: number;
  readonly loss: StepGraph["loss"];
  readonly student: Model;
  readonly teacher: Model;
}

async function askAll(
  { name, width, batch, loss, student, teacher }: Question,
  { training, seed }: TrainingPassTools,
): Promise<ReadonlyMap<string, Float32Array>> {
  const said = new Map<string, Float32Array>();
  let session: Session | undefined;
  try {
    let output = "";
    for await (const each of training.batches(student, { batch, epoch: 0, seed, inOrder: true })) {
      const inputs = inputsOf(teacher, student, each);
      if (session === undefined) {
        const inputShapes = new Map([...inputs].map(([input, { shape }]) => [input, shape]));
        const alone = teacherLogits(teacher, { batch, inputShapes }, loss);
        output = alone.output;
        session = await training.open(alone.model);
      }
      const results = await session.run(inputs, { fetch: [output], signal: training.signal });
      const rows = numbers(results.get(output)!);
      if (rows.length !== batch * width)
        throw differentOutputsError(name, `of ${width} scores`, `one of ${rows.length / batch}`);
      for (const [i, id] of each.ids.entries())
        said.set(id, Float32Array.from(rows.subarray(i * width, (i + 1) * width)));
      training.progress.report(`asking ${name}`, said.size, training.samples);
    }
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
  return said;
}

/** By name, else by place: as in a step graph. */
function inputsOf(teacher: Model, student: Model, { inputs }: TrainingBatch): Tensors {
  const places = requiredInputs(student).map(({ name }) => name);
  return new Map(
    requiredInputs(teacher).map(({ name }, place) => [name, inputs.get(name) ?? inputs.get(places[place]!)!] as const),
  );
}
