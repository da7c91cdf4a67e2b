/**
 * Models on a recipe's test data, or on random inputs beside their original: metrics with intervals, and between two
 * models a paired test for each.
 */
import { basename } from "node:path";
import type { Dataset } from "@pare/data";
import { readModelFile } from "@pare/formats";
import {
  automatic,
  compareEvaluations,
  confusionMatrix,
  datasetFeeds,
  type Evaluation,
  encodeOutcomes,
  evaluateModels,
  type FeedSource,
  metricsOf,
  type Runner,
  randomFeeds,
  worstSample,
} from "@pare/measure";
import { type EvaluateSpec, isMetricModule, type Recipe } from "@pare/recipe";
import type {
  Comparison,
  ConfusionRecord,
  DataNote,
  Metric,
  OutcomesRecord,
  WorstSample,
  WrongSample,
} from "@pare/report";
import { areIdentical } from "../compare/identical-outcomes.ts";
import { judgePaired } from "../compare/judge-paired.ts";
import { transformOf } from "../run/data.ts";
import type { World } from "../run/tools.ts";
import { nothingToMeasureError } from "./errors.ts";
import { openRunner } from "./float-ports.ts";
import { staticInputNotes, triedInputNotes } from "./input-notes.ts";
import { type OpenedModel, openForEvaluation } from "./open-model.ts";
import { loadUserMetrics } from "./user-metrics.ts";
import { worstSamples } from "./worst-samples.ts";

/** What is known of one model. */
export interface ModelResult {
  readonly metrics: readonly Metric[];
  readonly outcomes?: OutcomesRecord;
  readonly confusion?: ConfusionRecord;
  readonly worstSample?: WorstSample;
  readonly worstSamples?: readonly WrongSample[];
}

export interface EvaluationResult {
  /** In the order of the models given: the original first where there is one. */
  readonly models: readonly ModelResult[];
  /** The last model against the first; empty where there is one. */
  readonly comparisons: readonly Comparison[];
  readonly source: string;
  readonly samples: number;
  readonly remarks: readonly string[];
  /** What the first model seems to expect of its input and is not given; outputs that are no numbers. */
  readonly notes: readonly DataNote[];
}

export interface EvaluationRequest {
  /** Paths: the original first where there is one beside the model. */
  readonly models: readonly string[];
  readonly recipe: Pick<Recipe, "seed" | "data" | "evaluate">;
  /** Undefined: random inputs of the model's shapes. */
  readonly dataset: Dataset | undefined;
  /** Paths of metric modules start here. */
  readonly folder: string;
  /** Samples in a run where the models leave it free. Default: see `DatasetFeedOptions`. */
  readonly batch?: number;
}

/** Classes beyond which a confusion matrix says nothing to a reader. */
const mostConfused = 100;

/** @throws METRIC_MODULE, MEASURE_LABELS, the faults of the models, the data and of their fitting together */
export async function evaluateRequest(request: EvaluationRequest, world: World): Promise<EvaluationResult> {
  const { models, recipe, dataset, folder } = request;
  const { seed, evaluate } = recipe;
  if (
    models.length === 1 &&
    dataset !== undefined &&
    !(await hasLabels(dataset)) &&
    evaluate.metrics.every(isAutomatic)
  )
    throw nothingToMeasureError(dataset.name);
  const userMetrics = await loadUserMetrics(evaluate.metrics.filter(isMetricModule), folder);
  const sessions: OpenedModel["session"][] = [];
  try {
    const remarks: string[] = [];
    const source = sourceOf(request);
    for (const path of models) sessions.push(await openModel(path, dataset && source, remarks, world));
    const evaluations = await evaluateModels(sessions, source, {
      ...readingOf(evaluate),
      userMetrics,
      progress: world.progress,
      signal: world.signal,
    });
    const [base, head] = [evaluations[0]!, evaluations.at(-1)!];
    const results = evaluations.map((evaluation) => resultOf(evaluation, seed));
    const [before, after] = [results[0]!, results.at(-1)!];
    const isIdentical = before.outcomes && after.outcomes && areIdentical(before.outcomes, after.outcomes);
    const unchanged = isIdentical
      ? before.metrics.filter(({ name }) => !userMetrics.some((own) => own.name === name))
      : [];
    const outputNotes = evaluations.flatMap(({ unsound }, i) => unsoundNotes(models[i]!, unsound, base.samples));
    const inputNotes = await inputNotesOf(request, sessions[0]!, base);
    return {
      models: results,
      comparisons:
        evaluations.length < 2
          ? []
          : compareEvaluations(base, head, seed).flatMap((found) => judged(found, before, unchanged)),
      source: dataset?.name ?? "random inputs",
      samples: base.samples,
      remarks,
      notes: [...outputNotes, ...inputNotes],
    };
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

const isAutomatic = (metric: string) => metric === automatic;

async function hasLabels(dataset: Dataset): Promise<boolean> {
  return dataset.length === 0 || (await dataset.sample(0)).target !== undefined;
}

function unsoundNotes(path: string, unsound: readonly string[], samples: number): readonly DataNote[] {
  if (unsound.length === 0) return [];
  const text = `${basename(path)} gives NaN or infinity for ${unsound.length} of ${samples} samples, ${unsound[0]} for one; they count as wrong where that can be told`;
  return [{ kind: "outputs", text, count: unsound.length, examples: unsound.slice(0, 5) }];
}

/** A sure sign in the model's own nodes needs no trying. */
async function inputNotesOf(
  { models, recipe, dataset }: EvaluationRequest,
  session: Runner,
  evaluation: Evaluation,
): Promise<readonly DataNote[]> {
  if (dataset === undefined) return [];
  const given = { dataset, transform: transformOf(recipe), inputs: recipe.data.inputs };
  const found = await staticInputNotes(readModelFile(models[0]!), session, given);
  return found.length > 0 ? found : await triedInputNotes(session, given, evaluation, readingOf(recipe.evaluate));
}

const batchRemarks: Readonly<Record<OpenedModel["batching"], string | undefined>> = {
  declared: undefined,
  freed: "takes one sample a run; a copy with a free batch ran, which gives the same.",
  single: "leaves its batch free but gives something else for several samples at once; they were fed one by one.",
};

/** @param source what it will be fed; undefined: random inputs, one at a time */
async function openModel(
  path: string,
  source: FeedSource | undefined,
  remarks: string[],
  world: World,
): Promise<OpenedModel["session"]> {
  if (source === undefined) return await openRunner(path, world);
  const { session, batching } = await openForEvaluation(path, world, source);
  const remark = batchRemarks[batching];
  if (remark !== undefined) remarks.push(`${path} ${remark}`);
  return session;
}

function sourceOf({ models, recipe, dataset, batch }: EvaluationRequest): FeedSource {
  if (dataset === undefined)
    return randomFeeds(readModelFile(models[0]!), { samples: recipe.evaluate.samples, seed: recipe.seed });
  return datasetFeeds(dataset, {
    transform: transformOf(recipe),
    ...(recipe.data.inputs !== undefined && { inputs: recipe.data.inputs }),
    ...(batch !== undefined && { batch }),
  });
}

function readingOf({ metrics, output, activation }: EvaluateSpec) {
  const builtIn = metrics.filter((metric) => !isMetricModule(metric));
  return { metrics: metrics.length === 0 ? [automatic] : builtIn, activation, ...(output !== undefined && { output }) };
}

function resultOf(evaluation: Evaluation, seed: number): ModelResult {
  const { labels, fidelity, ids, samplesSha256 } = evaluation;
  const worst = fidelity && worstSample(fidelity);
  const isConfused = labels?.kind === "class" && labels.classes.length <= mostConfused;
  return {
    metrics: metricsOf(evaluation, seed),
    ...(labels && { outcomes: encodeOutcomes(labels, samplesSha256) }),
    ...(isConfused && {
      confusion: { classes: labels.classes, counts: confusionMatrix(labels).map((row) => [...row]) },
    }),
    ...(labels && labels.kind !== "tokens" && { worstSamples: worstSamples(labels, ids) }),
    ...(worst && { worstSample: { id: ids[worst.index]!, snr: worst.snr } }),
  };
}

/**
 * With its verdict; nothing where a value is no finite number.
 * @param unchanged metrics of which no sample's outcome has changed: there is no difference to be unsure of
 */
function judged(
  comparison: Comparison,
  { metrics }: ModelResult,
  unchanged: readonly Pick<Metric, "name">[],
): readonly Comparison[] {
  const before = metrics.find(({ name }) => name === comparison.metric);
  const { value: difference, interval, pValue } = comparison;
  if (before === undefined || !Number.isFinite(difference)) return [];
  const { unit, better, value: base } = before;
  if (unchanged.some(({ name }) => name === comparison.metric)) {
    const none = interval && { ...interval, low: 0, high: 0 };
    return [{ ...comparison, ...(none && { interval: none }), verdict: "same" }];
  }
  return [{ ...comparison, ...judgePaired({ unit, better, base, difference, interval, pValue }) }];
}
