/** Whether the images that a model is given are such as it expects. What is found is a note, never an error. */
import { type Dataset, type ImageTransform, keepDecoded, subset } from "@pare/data";
import type { Model } from "@pare/ir";
import { datasetFeeds, type Evaluation, evaluateModels, mcnemarTest, type Runner } from "@pare/measure";
import type { Tensors } from "@pare/pass";
import type { DataNote } from "@pare/report";
import { numbers } from "@pare/tensor";
import { firstNodes, inputMistake, type ValueRange } from "./expected-input.ts";

export interface GivenData {
  readonly dataset: Dataset;
  readonly transform: ImageTransform;
  /** Input of the model → field of the data. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
}

/** By the first nodes of the model and a few samples. */
export async function staticInputNotes(
  model: Model,
  session: Runner,
  { dataset, transform, inputs }: GivenData,
): Promise<readonly DataNote[]> {
  const few = spread(dataset, 16);
  const source = datasetFeeds(few, { transform, batch: few.length, ...(inputs && { inputs }) });
  for await (const feed of source.feeds([session])) return rangeNotes(model, feed.inputs);
  return [];
}

function rangeNotes(model: Model, inputs: Tensors): readonly DataNote[] {
  return [...inputs].flatMap(([name, tensor]): readonly DataNote[] => {
    const first = tensor.shape.length === 4 ? firstNodes(model, name) : undefined;
    const mistake = first && inputMistake(first, rangeOf(numbers(tensor)));
    return mistake === undefined ? [] : [{ kind: "input", text: `input "${name}": ${mistake}` }];
  });
}

function rangeOf(values: Float64Array): ValueRange {
  let [low, high, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { low, high, mean, std: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

/** Samples that other preprocessings are tried on. */
const probes = 64;
/** They are decoded once for all of these tries, up to so many bytes. */
const keptBytes = 32 * 1024 * 1024;
/** With an accuracy like this nothing is tried, unless that costs next to nothing beside so many samples. */
const plausible = 2 / 3;
const manySamples = 4000;
/** It must be better by this much, and by no accident. */
const leastGain = 0.1;
const level = 0.001;

const usual: readonly (readonly [text: string, transform: ImageTransform])[] = [
  ["`scale: 1` (values from 0 to 255)", { scale: 1 }],
  ["`scale: 1/255` (values from 0 to 1)", {}],
  ["`scale: 1/127.5, mean: [1]` (values from -1 to 1)", { scale: 1 / 127.5, mean: [1] }],
  [
    "`mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]`",
    { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  ],
];

/** By trying: another usual preprocessing with which the model is right clearly more often than with the one given. */
export async function triedInputNotes(
  session: Runner,
  { dataset, transform, inputs }: GivenData,
  evaluation: Evaluation,
  reading: Parameters<typeof evaluateModels>[2],
): Promise<readonly DataNote[]> {
  const { labels } = evaluation;
  const colours = await imageColours(dataset);
  if (labels?.kind !== "class" || colours === undefined || dataset.length < probes) return [];
  const right = Array.from(labels.ranks, (rank) => rank === 0);
  const accuracy = right.filter(Boolean).length / right.length;
  if (accuracy >= plausible && right.length < manySamples) return [];
  const few = keepDecoded(spread(dataset, probes), keptBytes);
  const before = spreadIndices(dataset.length, probes).map((index) => right[index]!);
  const share = (count: number) => `${Math.round((count / probes) * 100)} %`;
  let best: { text: string; gain: number } | undefined;
  for (const [text, other] of choices(transform, colours)) {
    const source = datasetFeeds(few, { transform: other, batch: 32, ...(inputs && { inputs }) });
    const [tried] = await evaluateModels([session], source, { ...reading, metrics: ["accuracy.top1"] });
    if (tried?.labels?.kind !== "class") continue;
    const after = Array.from(tried.labels.ranks, (rank) => rank === 0);
    const gained = after.filter((isRight, i) => isRight && !before[i]).length;
    const lost = after.filter((isRight, i) => !isRight && before[i]).length;
    const gain = (gained - lost) / probes;
    if (gain < leastGain || mcnemarTest({ samples: probes, gained, lost }) > level) continue;
    const [now, then] = [before.filter(Boolean).length, after.filter(Boolean).length].map(share);
    const sentence = `the model seems to expect other values: tried on ${probes} samples with ${text} in \`data.input\`, it is right on ${then} of them instead of ${now}`;
    if (best === undefined || gain > best.gain) best = { text: sentence, gain };
  }
  return best === undefined ? [] : [{ kind: "input", text: best.text }];
}

/** Other values, and the colours the other way round. */
function choices(transform: ImageTransform, colours: number): readonly (readonly [string, ImageTransform])[] {
  const { layout, order } = transform;
  const kept = { ...(layout && { layout }), ...(order && { order }) };
  const other = order === "BGR" ? ("RGB" as const) : ("BGR" as const);
  return [
    ...usual
      .filter(([, { mean = [0] }]) => mean.length === 1 || mean.length === colours)
      .map(([text, values]) => [text, { ...kept, ...values }] as const),
    ...(colours === 3 ? [[`\`order: ${other}\``, { ...transform, order: other }] as const] : []),
  ];
}

/** Channels of the data's only image field. */
async function imageColours(dataset: Dataset): Promise<number | undefined> {
  const { fields } = await dataset.sample(0);
  const [only, ...more] = [...fields.values()];
  const isImage = more.length === 0 && only?.dtype === "uint8" && only.shape.length === 3;
  return isImage ? only.shape[2] : undefined;
}

function spreadIndices(length: number, count: number): readonly number[] {
  const step = Math.max(1, Math.floor(length / count));
  return Array.from({ length: Math.min(count, length) }, (_, i) => i * step);
}

/** Data is often sorted by class: samples from all over it. */
function spread(dataset: Dataset, count: number): Dataset {
  return subset(dataset, spreadIndices(dataset.length, count), "a few");
}
