import { checkOutput, readModelFile, writeModel } from "@pare/formats";
import { cloneModel, countNodes, type Model } from "@pare/ir";
import {
  checkPatterns,
  idlePatterns,
  type Judgement,
  type Note,
  runPass,
  type Selection,
  type Tools,
} from "@pare/pass";
import type { CheckedRecipe, FolderCache } from "@pare/recipe";
import { simplify } from "@pare/simplify";
import { passNamed } from "../catalog.ts";
import { openLearningData } from "../learn/learning-data.ts";
import { learningTools } from "../learn/learning-tools.ts";
import { filesOf, sizeOf } from "../model/disk.ts";
import { createTools, selectionOf, type World } from "../run/tools.ts";
import { noTrainingDataError, simplifiedAwayError } from "./errors.ts";

export interface QuantizeRequest {
  readonly file: string;
  readonly out: string;
  /** "quantize/auto", "quantize/static" … */
  readonly pass: string;
  /** Of the pass. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where data comes from; undefined: there is none. */
  readonly recipe: CheckedRecipe | undefined;
  /** Patterns of what is quantized; default everything. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly force: boolean;
  /** Simplify first. */
  readonly simplify: boolean;
  /** Compare accuracy and time with the original. */
  readonly measure: boolean;
  readonly threads: number;
  readonly cache: FolderCache | undefined;
}

export interface QuantizedFile {
  readonly file: string;
  readonly out: string;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly sizeBytesBefore: number;
  readonly sizeBytesAfter: number;
  readonly notes: readonly Note[];
  /** On validation data; undefined where there is none or it was not asked for. */
  readonly judgement: Judgement | undefined;
  /** Time of the result ÷ time of the original, interleaved; undefined where it was not measured. */
  readonly time: { readonly value: number; readonly low: number; readonly high: number } | undefined;
}

/**
 * Quantizes a model file into another.
 * @throws the faults of the file, the recipe and its data; those of `checkOutput`; SELECT_NOTHING; those of the pass
 */
export async function quantizeFile(request: QuantizeRequest, world: World): Promise<QuantizedFile> {
  const { file, out, force } = request;
  const original = readModelFile(file);
  checkOutput(original, out, { force });
  const model = cloneModel(original);
  const toolsFor = await toolMaker(request, original, world);
  const notes: Note[] = [];
  if (request.simplify) notes.push(...(await runPass(model, simplify, {}, toolsFor({}))).notes);
  const selection = selectionOf(request.only, request.except);
  checkPatterns(selection, [original, model]);
  const [gone] = idlePatterns(selection, [model]);
  if (gone !== undefined) throw simplifiedAwayError(gone);
  const tools = toolsFor(selection);
  notes.push(...(await runPass(model, passNamed(request.pass), request.options, tools)).notes);
  const written = writeModel(model, out, { force });
  const time = request.measure ? await timed(model, original, tools) : undefined;
  const judgement = request.measure ? await judged(model, original, tools, time?.originalMs) : undefined;
  return {
    file,
    out,
    nodesBefore: countNodes(original),
    nodesAfter: countNodes(model),
    sizeBytesBefore: sizeOf(filesOf(original, file)),
    sizeBytesAfter: written.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    notes,
    judgement,
    time: time?.ratio,
  };
}

async function toolMaker(
  request: QuantizeRequest,
  original: Model,
  world: World,
): Promise<(selection: Selection) => Tools> {
  const { recipe, threads, cache } = request;
  const data = recipe && (await openLearningData(recipe));
  if (recipe !== undefined && data === undefined) throw noTrainingDataError(recipe.file);
  const seed = recipe?.recipe.seed ?? 0;
  const bench = { device: "cpu", threads, seed } as const;
  const learning = learningTools(original, { data, bench, original, cache }, world);
  return (selection) => createTools(world, { seed, selection, learning, comparesResults: request.measure });
}

/** Judging takes about so long at most, where that leaves a hundred samples. */
const judgingMs = 15_000;
const leastJudged = 100;

async function judged(model: Model, original: Model, { data }: Tools, originalMs = 0): Promise<Judgement | undefined> {
  if (data === undefined || data.validationSamples === 0) return undefined;
  const samples = Math.min(data.validationSamples, Math.max(leastJudged, Math.floor(judgingMs / 2 / originalMs)));
  const [judgement] = await data.judge([model], original, { samples });
  return judgement;
}

async function timed(model: Model, original: Model, { bench }: Tools) {
  const [before, result] = (await bench?.time([original, model])) ?? [];
  return before && result && { originalMs: before.medianMs, ratio: result.ratio };
}
