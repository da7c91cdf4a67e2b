/**
 * What models make of every sample of a data set, in one pass over the data.
 *
 * 1. Several models are fed the same batches; the first is the original that the others are compared with.
 * 2. What became of each sample is kept in a few bytes, in the data set's order: metrics, intervals and paired tests
 *    come from it, now or from a record later.
 * 3. While the models run on one batch the next is being made, and no third one exists.
 */
import { createHash } from "node:crypto";
import type { Target } from "@pare/data";
import type { Progress, Tensors } from "@pare/pass";
import { metricDataError, needsOriginalError, noCommonOutputError, unknownPortError } from "../errors.ts";
import { automatic, type LabelOutcomes, metricCatalog, metricsFor } from "../metrics/catalog.ts";
import { probabilityMetrics } from "../metrics/classification.ts";
import type { FidelityOutcomes } from "../metrics/fidelity.ts";
import type { UserMetric } from "../metrics/user-metric.ts";
import type { Feed, FeedSource, Runner } from "./feeds.ts";
import { type FidelityRecorder, fidelityRecorder, isNumeric } from "./fidelity-recorder.ts";
import { type LabelRecorder, labelRecorder } from "./label-recorder.ts";
import type { Activation } from "./scores.ts";
import { type UserRecorder, userRecorder } from "./user-recorder.ts";

export interface EvaluateOptions {
  /** Names of built-in metrics, or "auto": those that suit the data. Default ["auto"]. */
  readonly metrics?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: each metric has a type of outcome of its own
  readonly userMetrics?: readonly UserMetric<any>[];
  /** The output with the scores or predictions. Default: the first. */
  readonly output?: string;
  /** Default "auto". */
  readonly activation?: Activation;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** What one model made of the samples. */
export interface Evaluation {
  readonly samples: number;
  readonly ids: readonly string[];
  /** SHA-256 of the data set's digest and the samples' ids in order: only what has the same can be compared. */
  readonly samplesSha256: string;
  /** Undefined where the data has no labels. */
  readonly labels: LabelOutcomes | undefined;
  /** Ids of samples for which the labelled output holds NaN or infinity. */
  readonly unsound: readonly string[];
  /** Against the original; undefined for the original itself, and where no such metric was asked for. */
  readonly fidelity: FidelityOutcomes | undefined;
  readonly user: readonly UserRecorder[];
  /** `auto` written out; those that this model has. */
  readonly metrics: readonly string[];
  /** How scores were made probabilities; undefined where none were. */
  readonly activation: Activation | undefined;
}

/**
 * @param sessions the original first, where there is one beside the model
 * @throws MEASURE_METRIC, MEASURE_ORIGINAL, MEASURE_PORT and all that feeds and outputs can be wrong in
 */
export async function evaluateModels(
  sessions: readonly Runner[],
  source: FeedSource,
  options: EvaluateOptions = {},
): Promise<readonly Evaluation[]> {
  const { progress, signal, userMetrics = [] } = options;
  for (const { name, needsOriginal } of userMetrics)
    if (needsOriginal && sessions.length < 2) throw needsOriginalError(name);
  const ids: string[] = [];
  // Of all bytes of the data: while the models run there is time for it.
  const digest = source.digest();
  digest.catch(() => {});
  let recorders: readonly ModelRecorder[] | undefined;
  let pending: Promise<void> = Promise.resolve();
  for await (const feed of source.feeds(sessions)) {
    recorders ??= prepare(sessions, source, feed.targets[0], options);
    const ready = recorders;
    ids.push(...feed.ids);
    const running = runAll(sessions, ready, feed, signal);
    running.catch(() => {});
    await pending;
    pending = running.then((outputs) => {
      record(ready, feed, outputs);
      progress?.report(`evaluating on ${source.name}`, feed.first + feed.targets.length, source.samples);
    });
    pending.catch(() => {});
  }
  await pending;
  const samplesSha256 = listDigest(await digest, ids);
  return (recorders ?? []).map((recorder) => finish(recorder, ids, samplesSha256));
}

interface ModelRecorder {
  readonly fetch: readonly string[];
  readonly output: string;
  readonly labels: LabelRecorder | undefined;
  readonly fidelity: FidelityRecorder | undefined;
  readonly user: readonly UserRecorder[];
  readonly metrics: readonly string[];
}

function prepare(
  sessions: readonly Runner[],
  source: FeedSource,
  target: Target | undefined,
  options: EvaluateOptions,
): readonly ModelRecorder[] {
  const { metrics: asked = [automatic], userMetrics = [], activation = "auto" } = options;
  const { samples, classes } = source;
  checkMetrics(asked, target, sessions.length, source);
  const kind = target?.kind;
  const labelMetrics = kind === undefined ? [] : metricsFor(kind, asked, true);
  const keepOdds = labelMetrics.some((name) => probabilityMetrics.includes(name));
  const fidelityNames = sessions.length < 2 ? [] : metricsFor("fidelity", asked, kind === undefined);
  const [original] = sessions as [Runner];
  return sessions.map((session, i) => {
    const output = outputOf(session, options.output);
    const user = userMetrics.map((metric) => userRecorder(metric, samples));
    const wantsLabels = target !== undefined && labelMetrics.length > 0;
    const compared = i > 0 && fidelityNames.length > 0 ? commonOutputs(original, session) : [];
    const isWhole = sessions.length > 1 && fidelityNames.length > 0;
    const seen = userMetrics.flatMap((metric) => metric.outputs ?? session.outputs.map(({ name }) => name));
    const common = isWhole ? commonOutputs(original, sessions[Math.max(i, 1)]!) : [];
    return {
      output,
      fetch: [...new Set([...(wantsLabels || isWhole ? [output] : []), ...common, ...seen])],
      labels: wantsLabels ? labelRecorder(target, { output, samples, classes, activation, keepOdds }) : undefined,
      fidelity:
        compared.length > 0
          ? fidelityRecorder(samples, compared, { name: output, isNamed: options.output !== undefined }, activation)
          : undefined,
      user,
      metrics: [...(wantsLabels ? labelMetrics : []), ...(compared.length > 0 ? fidelityNames : [])],
    };
  });
}

const needs = {
  class: "samples with a class",
  values: "samples with values",
  tokens: "text with its next tokens",
  fidelity: "an original to compare with",
} as const;

/** Every metric that is asked for by name must be possible. */
function checkMetrics(
  asked: readonly string[],
  target: Target | undefined,
  models: number,
  { name: dataset }: FeedSource,
): void {
  for (const name of asked) {
    const kind = metricCatalog.find((metric) => metric.name === name)?.kind;
    if (kind === "fidelity" && models < 2) throw needsOriginalError(name);
    if (kind !== undefined && kind !== "fidelity" && kind !== target?.kind)
      throw metricDataError(name, needs[kind], dataset, target === undefined ? "no labels" : needs[target.kind]);
  }
}

function outputOf(session: Runner, wanted: string | undefined): string {
  const names = session.outputs.map(({ name }) => name);
  const name = wanted ?? names[0] ?? "";
  if (!names.includes(name)) throw unknownPortError("output", name, names);
  return name;
}

function commonOutputs(original: Runner, changed: Runner): readonly string[] {
  const [ours, theirs] = [original, changed].map(({ outputs }) => outputs.filter(isNumeric).map(({ name }) => name));
  const common = ours!.filter((name) => theirs!.includes(name));
  if (common.length === 0) throw noCommonOutputError(ours!, theirs!);
  return common;
}

function runAll(
  sessions: readonly Runner[],
  recorders: readonly ModelRecorder[],
  { inputs }: Feed,
  signal: AbortSignal | undefined,
): Promise<readonly Tensors[]> {
  return Promise.all(
    sessions.map((session, i) => session.run(inputs, { fetch: recorders[i]!.fetch, ...(signal && { signal }) })),
  );
}

function record(recorders: readonly ModelRecorder[], feed: Feed, outputs: readonly Tensors[]): void {
  const [original] = outputs as [Tensors];
  for (const [i, { labels, fidelity, user, output }] of recorders.entries()) {
    const own = outputs[i]!;
    labels?.add(own.get(output)!, feed);
    fidelity?.add(original, own, feed);
    for (const each of user) each.add(feed, own, outputs.length > 1 ? original : undefined);
  }
}

function finish(recorder: ModelRecorder, ids: readonly string[], samplesSha256: string): Evaluation {
  const { labels, fidelity, user, metrics } = recorder;
  return {
    samples: ids.length,
    ids,
    samplesSha256,
    labels: labels?.outcomes,
    unsound: (labels?.unsound ?? []).map((index) => ids[index]!),
    fidelity: fidelity?.outcomes,
    user,
    metrics,
    activation: labels?.activation,
  };
}

function listDigest(dataset: string, ids: readonly string[]): string {
  const hash = createHash("sha256").update(dataset);
  for (const id of ids) hash.update(`\n${id}`);
  return hash.digest("hex");
}
