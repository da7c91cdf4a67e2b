/**
 * The best way to quantize a model on this machine, found by measuring.
 *
 * 1. Ranges: static quantization of everything that the target can, with the ways of finding ranges in turn, judged by how
 *    far the outputs move on validation data.
 * 2. Corrections are kept where they bring the outputs closer.
 * 3. Regions that the profile shows slower as integers go back to float, chosen in three ways; what they leave is timed.
 * 4. Where more accuracy is lost than allowed, the groups that matter most go back to float until it holds.
 * 5. Beside it stand weights in int8 with arithmetic in float, and dynamic quantization where there are products: before
 *    anything static where most weights are in products.
 * 6. The fastest of them are timed once more. Chosen is the fastest that keeps the accuracy and is not slower than the
 *    float model. Whatever is tried stays in the table; when the time is up the best so far is taken.
 * 7. Where weights in int8 lose too much, or nobody can tell, weights in float16 with arithmetic in float: half of the
 *    bytes, and hardly ever another result.
 * 8. Of candidates that have lost only the plan is kept.
 */

import { cloneModel, type Model, type Node } from "@pare/ir";
import type { Tensors, Tools } from "@pare/pass";
import { equalizeLayers } from "../corrections/equalize-layers.ts";
import { placeStatic } from "../schemes/static.ts";
import type { GroupRanking } from "../sensitivity/rank-groups.ts";
import { isHere } from "../targets/is-here.ts";
import type { Target } from "../targets/target.ts";
import { attempt, comparingMs, endingMs, modelOf, type Search, type SearchOptions } from "./attempt.ts";
import { accuracyOf, type Candidate, distance, pick } from "./candidate.ts";
import { type Clock, startClock } from "./clock.ts";
import { holdDrop } from "./hold-drop.ts";
import type { StaticPlan } from "./plan.ts";
import { floatKeys, type GroupTime, type Judging, timeRegions } from "./regions.ts";
import { decide, timeAll } from "./time-candidates.ts";

export interface SearchOutcome {
  readonly chosen: Candidate;
  readonly tried: readonly Candidate[];
  /** Losses are counted from the float model that was searched on, not from an earlier one. */
  readonly isFromFloat: boolean;
  /** Time of each group as float and as integer, where it was measured. */
  readonly groups: readonly GroupTime[];
  /** Which groups move the outputs most; undefined where nothing was static, or time was up. */
  readonly ranking: GroupRanking | undefined;
  /** What there was no time for. */
  readonly leftOut: readonly string[];
}

export async function search(
  model: Model,
  target: Target,
  options: SearchOptions,
  given: Tools,
): Promise<SearchOutcome> {
  const state = await begin(model, target, options, given);
  // What most often wins comes first: a slow model leaves time for few.
  await attempt(state, "float", { scheme: "float" });
  const stored = await attempt(state, "storage", { scheme: "storage", type: "int8", correct: false });
  const isBlind = state.tools.data === undefined;
  if (isBlind || (stored !== undefined && accuracyOf(stored, options.maxDrop) === "lost"))
    await attempt(state, "storage as float16", { scheme: "storage", type: "float16", correct: false });
  if (isGpu(target)) await attempt(state, "float16", { scheme: "float16" });
  const turn = canMultiply(target) ? turnOfDynamic(model) : "never";
  if (turn === "first") await attempt(state, dynamicLabel, { scheme: "dynamic" });
  const best = await attemptStatic(state);
  const groups = best === undefined ? [] : await attemptRegions(state, best);
  if (turn === "last") await attempt(state, dynamicLabel, { scheme: "dynamic" });
  if (!isBlind) await attempt(state, "storage, biases corrected", { scheme: "storage", type: "int8", correct: true });
  state.clock.reserve(endingMs(state));
  await timeAll(state, best);
  const lossy = pickStatic(state);
  const ranking = lossy && (await holdDrop(state, lossy));
  await timeAll(state, best);
  await decide(state);
  const { tried, tools, clock } = state;
  const choice = { ...options, isTimed: tools.bench !== undefined };
  const isFromFloat = options.reference === model;
  return { chosen: pick(tried, choice), tried, isFromFloat, groups, ranking, leftOut: clock.leftOut() };
}

async function begin(model: Model, target: Target, options: SearchOptions, given: Tools): Promise<Search> {
  const clock = startClock(options.maxTimeMs);
  const tools = onTarget(given, target);
  const runMs = await timeOneRun(model, tools, clock);
  const sampleMs = (runMs ?? 0) + (await timeOneSample(tools, clock));
  clock.reserve(comparingMs(options));
  return {
    ...{ model, target, options, tools, clock, runMs, sampleMs },
    tried: [],
    models: new Map(),
    samples: runMs === undefined ? validationSamples(tools) : affordableSamples(options, tools, sampleMs),
    costs: { builds: new Map(), observingMs: undefined, judgingMs: undefined },
  };
}

/** Another machine's times say nothing of the target's. */
function onTarget(tools: Tools, target: Target): Tools {
  const { bench, ...others } = tools;
  const { within } = tools;
  return {
    ...others,
    ...(bench !== undefined && isHere(target, bench) && { bench }),
    ...(within !== undefined && { within: (stop) => onTarget(within(stop), target) }),
  };
}

async function timeOneRun(model: Model, tools: Tools, clock: Clock): Promise<number | undefined> {
  if (tools.bench === undefined) return undefined;
  const timed = await clock.during("timing one run", 0, tools, ({ bench }) => bench!.time([model], { budgetMs: 1000 }));
  return timed?.[0]?.medianMs;
}

/** Samples that reading is timed on: enough for those that read ahead. */
const readSamples = 32;

/** Reading, decoding and shaping it, ms. */
async function timeOneSample(tools: Tools, clock: Clock): Promise<number> {
  let began = performance.now();
  let read = 0;
  await clock.during("reading samples", 0, tools, async ({ data }) => {
    // The first one takes longer: it is found out how the model takes samples.
    for await (const _ of data?.batches({ batch: 1, samples: 1 }) ?? []) began = performance.now();
    for await (const batch of data?.batches({ samples: readSamples }) ?? []) read += firstSize(batch);
  });
  return read === 0 ? 0 : (performance.now() - began) / read;
}

const firstSize = (batch: Tensors) => [...batch.values()].find(({ shape }) => shape.length > 0)?.shape[0] ?? 1;

/** The fastest static one, whatever it lost. */
function pickStatic({ tried }: Search): Candidate | undefined {
  const timed = tried.filter(({ plan, time }) => plan.scheme === "static" && time !== undefined);
  return timed.length === 0 ? undefined : timed.reduce((a, b) => (b.time!.value < a.time!.value ? b : a));
}

const isGpu = ({ device }: Target) => device === "webgpu" || device === "cuda";

/** Whether ONNX Runtime has the kernels there that quantize inputs at run time. */
const canMultiply = ({ runtime, device }: Target) => runtime === "onnxruntime" && device === "cpu";

/** What no product takes is stored in int8. */
const dynamicLabel = "dynamic, the rest storage";

const productOps: ReadonlySet<string> = new Set(["onnx.MatMul", "onnx.Gemm", "onnx.LSTM"]);

/** First where half of the constants' bytes or more are multiplied in products: a transformer. It needs no ranges. */
function turnOfDynamic({ graph }: Model): "first" | "last" | "never" {
  const nodes = [...graph.nodes];
  const products = nodes.filter(({ op }) => productOps.has(op));
  if (products.length === 0) return "never";
  return 2 * bytesInto(products) >= bytesInto(nodes) ? "first" : "last";
}

function bytesInto(nodes: readonly Node[]): number {
  const inputs = new Set(nodes.flatMap((node) => node.inputs));
  return [...inputs].reduce(
    (sum, input) => sum + (input?.origin.kind === "constant" ? input.origin.tensor.source.size : 0),
    0,
  );
}

/** Judging takes at most this share of the time, if this many candidates come; of a slow model only so few will. */
const judgingShare = 0.4;
const usualCandidates = 12;
const fewCandidates = 4;
const wantedSamples = 100;
const leastSamples = 16;

const validationSamples = ({ data }: Tools) => data?.validationSamples ?? 0;

/** How many validation samples there is time for, from the time of one. */
function affordableSamples({ maxTimeMs }: SearchOptions, tools: Tools, sampleMs: number): number {
  const all = validationSamples(tools);
  if (all <= leastSamples) return all;
  const affordable = (candidates: number) => Math.floor((maxTimeMs * judgingShare) / candidates / sampleMs);
  const few = Math.max(leastSamples, Math.min(wantedSamples, affordable(fewCandidates)));
  return Math.min(all, Math.max(few, affordable(usualCandidates)));
}

const ranges = [{ calibrate: "minmax" }, { calibrate: "percentile", percentile: 99.99 }, { calibrate: "mse" }] as const;

/** Everything the target can, with the ranges and corrections that move the outputs least. */
async function attemptStatic(state: Search): Promise<Candidate | undefined> {
  if (state.tools.data === undefined) return undefined;
  const { decisions } = placeStatic(cloneModel(state.model), state.target, {}, state.tools).placement;
  if (![...decisions.values()].some(({ kind }) => kind === "integer")) return undefined;
  const made: Candidate[] = [];
  for (const range of ranges) {
    const plan: StaticPlan = { scheme: "static", ...range, equalize: false, correct: false, float: [] };
    const candidate = await attempt(state, `static, ${range.calibrate}`, plan);
    if (candidate !== undefined) made.push(candidate);
  }
  const [closest] = made.sort((a, b) => distance(a) - distance(b));
  if (closest?.plan.scheme !== "static") return undefined;
  letGo(state, made, closest);
  const corrected = await closerWith(state, closest, "biases corrected", { correct: true });
  const equalized = equalizeLayers(cloneModel(state.model), state.tools, { bounds: "keep" });
  const canEqualize = equalized.some(({ kind }) => kind === "changed");
  return canEqualize ? await closerWith(state, corrected, "equalized", { equalize: true }) : corrected;
}

/** The candidate with a change of its plan where that brings the outputs closer, else as it is. */
async function closerWith(
  state: Search,
  before: Candidate,
  what: string,
  change: Partial<StaticPlan>,
): Promise<Candidate> {
  if (before.plan.scheme !== "static") return before;
  const changed = await attempt(state, `${before.label}, ${what}`, { ...before.plan, ...change });
  const closer = changed !== undefined && distance(changed) < distance(before) ? changed : before;
  letGo(state, [before, changed], closer);
  return closer;
}

function letGo({ models }: Search, candidates: readonly (Candidate | undefined)[], kept: Candidate): void {
  for (const candidate of candidates) if (candidate !== undefined && candidate !== kept) models.delete(candidate);
}

const profiledRuns = 10;

/**
 * How regions are chosen, in turn: as the profile says; where integers lose for sure alone, because with half of the bytes
 * or less between nodes they gain where no node shows it; and fewer, larger ones.
 */
const judgings: readonly Judging[] = [{}, { trust: 0.8 }, { caution: 3 }];

/** Puts back to float what is cheaper so. */
async function attemptRegions(state: Search, best: Candidate): Promise<readonly GroupTime[]> {
  const { model, target, tools, tried, clock, runMs = 0 } = state;
  if (tools.bench === undefined || best.plan.scheme !== "static") return [];
  const regions = await clock.during("timing regions", 2 * profiledRuns * runMs, tools, async (limited) => {
    const quantized = await modelOf(state, best, limited);
    return await timeRegions(model, quantized, target, { ...limited, bench: limited.bench! });
  });
  if (regions === undefined) return [];
  for (const judging of judgings) {
    const float = [...floatKeys(regions, judging)];
    const isNew = !tried.some(({ plan }) => plan.scheme === "static" && plan.float.join() === float.join());
    const isNowhere = regions.groups.every(({ keys }) => keys.some((key) => float.includes(key)));
    const which = isNowhere
      ? "weights only: integers are faster nowhere"
      : `${float.length} nodes in float where that is faster`;
    if (isNew) await attempt(state, `${best.label}, ${which}`, { ...best.plan, float });
  }
  return regions.groups;
}
