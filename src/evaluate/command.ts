import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { didYouMean } from "@pare/error";
import { automatic, metricCatalog } from "@pare/measure";
import { type CheckedRecipe, isMetricModule, readRecipe } from "@pare/recipe";
import type { DataNote } from "@pare/report";
import { recipeCatalog } from "../catalog.ts";
import { openNotedTestData } from "../run/data.ts";
import type { World } from "../run/tools.ts";
import type { CommandRun, Terminal } from "../terminal/terminal.ts";
import {
  metricUnknownError,
  modelMissingError,
  nothingToEvaluateError,
  recipeWithoutDataError,
  samplesOfDataError,
} from "./errors.ts";
import { type EvaluationRequest, type EvaluationResult, evaluateRequest } from "./evaluate.ts";
import { evaluationText, metricListText } from "./text.ts";

export interface EvaluateArgs {
  readonly model: string;
  readonly data: string | undefined;
  readonly against: string | undefined;
  readonly metrics: readonly string[] | undefined;
  readonly samples: number | undefined;
  readonly batch: number | undefined;
  readonly seed: number | undefined;
  readonly "list-metrics": boolean | undefined;
}

export const evaluateCommand: CommandRun<EvaluateArgs> = async (args, terminal) => {
  if (args["list-metrics"]) return listMetrics(terminal);
  for (const path of [args.against, args.model])
    if (path !== undefined && !existsSync(path)) throw modelMissingError(path);
  const checked = recipeOf(args);
  await using engine = createOnnxRuntimeEngine();
  const { request, sampleNotes } = await requestOf(args, checked);
  const world: World = { engine, signal: terminal.signal, progress: terminal.progress };
  const found = await evaluateRequest(request, world);
  const result = { ...found, remarks: [...leftOut(args, checked), ...found.remarks] };
  const notes = [...sampleNotes, ...result.notes];
  terminal.printJson(jsonOf(args, result, notes));
  for (const remark of result.remarks) terminal.remark(remark);
  for (const { text } of notes) terminal.warn(`Note: ${text}.`);
  terminal.print(evaluationText(args, result, terminal.width));
  return 0;
};

function listMetrics(terminal: Terminal): 0 {
  terminal.printJson(metricCatalog);
  terminal.print(metricListText(terminal.width));
  return 0;
}

interface Asked {
  readonly request: EvaluationRequest;
  readonly sampleNotes: readonly DataNote[];
}

/** @throws the faults of the recipe, and USAGE */
function recipeOf({ data, against, model }: EvaluateArgs): CheckedRecipe | undefined {
  if (data === undefined && against === undefined) throw nothingToEvaluateError();
  return data === undefined ? undefined : readRecipe(data, recipeCatalog, { ...(model !== undefined && { model }) });
}

/** @throws the faults of the recipe's data, and USAGE */
async function requestOf(args: EvaluateArgs, checked: CheckedRecipe | undefined): Promise<Asked> {
  if (args.samples !== undefined && checked !== undefined && args.data !== undefined) throw samplesOfDataError();
  const { dataset, notes: sampleNotes = [] } = (checked && (await openNotedTestData(checked))) ?? {};
  if (args.data !== undefined && dataset === undefined && args.against === undefined)
    throw recipeWithoutDataError(args.data);
  const models = [args.against, args.model].flatMap((path) => (path === undefined ? [] : [resolve(path)]));
  const request: EvaluationRequest = {
    models,
    dataset,
    recipe: {
      seed: args.seed ?? checked?.recipe.seed ?? 0,
      data: checked?.recipe.data ?? {},
      evaluate: evaluateOf(args, checked),
    },
    folder: args.metrics === undefined ? (checked?.folder ?? process.cwd()) : process.cwd(),
    ...(args.batch !== undefined && { batch: args.batch }),
  };
  return { request, sampleNotes };
}

/** A recipe's metrics that need an original are for its runs: of one model the others are told. */
function evaluateOf({ metrics, samples, against }: EvaluateArgs, checked: CheckedRecipe | undefined) {
  const written = checked?.recipe.evaluate ?? { metrics: [], activation: "auto" as const, samples: 100 };
  const known = [automatic, ...recipeCatalog.metrics];
  for (const name of metrics ?? []) {
    if (known.includes(name) || isMetricModule(name)) continue;
    throw metricUnknownError(
      name,
      `${didYouMean(name, known)} \`pare evaluate x.onnx --list-metrics\` lists them.`.trim(),
    );
  }
  const ofOne = written.metrics.filter((metric) => !needsOriginal(metric));
  const own = against === undefined && ofOne.length > 0 ? ofOne : written.metrics;
  return { ...written, metrics: metrics ?? own, samples: samples ?? written.samples };
}

const needsOriginal = (metric: string) => !isMetricModule(metric) && metric.startsWith("fidelity.");

/** What to say of the recipe's metrics that `evaluateOf` left out. */
function leftOut({ metrics, against }: EvaluateArgs, checked: CheckedRecipe | undefined): readonly string[] {
  const written = metrics === undefined && against === undefined ? (checked?.recipe.evaluate.metrics ?? []) : [];
  const ofTwo = written.filter(needsOriginal);
  const isAll = ofTwo.length === written.length;
  return isAll
    ? []
    : ofTwo.map((metric) => `${metric} of the recipe compares with an original: name it with --against.`);
}

function jsonOf(
  { model, against }: EvaluateArgs,
  { models, comparisons, source, samples, remarks }: EvaluationResult,
  notes: readonly DataNote[],
) {
  const result = { file: model, ...models.at(-1) };
  const original = against === undefined ? {} : { original: { file: against, ...models[0] } };
  return { data: { source, samples, notes }, ...original, result, comparisons, remarks };
}
