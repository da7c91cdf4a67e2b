/**
 * The best way to quantize a model on this machine, found by measuring.
 *
 * 1. Ranges: static quantization of everything that the target can, with the ways of finding ranges in turn, judged by how
 *    far the outputs move on validation data.
 * 2. Corrections are kept where they bring the outputs closer.
 * 3. Regions that the profile shows slower as integers go back to float; what they leave is timed.
 * 4. Where more accuracy is lost than allowed, the groups that matter most go back to float until it holds.
 * 5. Beside it stand weights in int8 with arithmetic in float, and dynamic quantization where there are products.
 * 6. Chosen is the fastest that keeps the accuracy and is not slower than the float model. Whatever is tried stays in the
 *    table; when the time is up the best so far is taken.
 */

import { cloneModel, type Model } from "@pare/ir";
import type { Judgement, Progress, Tools } from "@pare/pass";
import { equalizeLayers } from "../corrections/equalize-layers.ts";
import { placeStatic } from "../schemes/static.ts";
import type { GroupRanking } from "../sensitivity/rank-groups.ts";
import { isHere } from "../targets/is-here.ts";
import type { Target } from "../targets/target.ts";
import { type Candidate, constantBytes, distance, pick } from "./candidate.ts";
import { holdDrop } from "./hold-drop.ts";
import { buildPlan, type Plan, type StaticPlan } from "./plan.ts";
import { floatKeys, type GroupTime, timeRegions } from "./regions.ts";

export interface SearchOptions {
  /** Loss of the metric that is allowed; 0.01 is one point of an accuracy. */
  readonly maxDrop: number;
  readonly maxTimeMs: number;
  readonly prefer: "speed" | "size";
}

export interface SearchOutcome {
  readonly chosen: Candidate;
  readonly tried: readonly Candidate[];
  /** Time of each group as float and as integer, where it was measured. */
  readonly groups: readonly GroupTime[];
  /** Which groups move the outputs most; undefined where nothing was static, or time was up. */
  readonly ranking: GroupRanking | undefined;
  readonly isOutOfTime: boolean;
}

/** State of one search. */
export interface Search {
  readonly model: Model;
  readonly reference: Model;
  readonly target: Target;
  readonly options: SearchOptions;
  readonly tools: Tools;
  readonly tried: Candidate[];
  readonly isOver: () => boolean;
  /** Validation samples that a candidate is judged on. */
  readonly samples: number;
}

export async function search(
  model: Model,
  target: Target,
  options: SearchOptions,
  given: Tools,
): Promise<SearchOutcome> {
  const { bench, ...others } = given;
  // Another machine's times say nothing of the target's.
  const tools: Tools = { ...others, ...(bench !== undefined && isHere(target, bench) && { bench }) };
  const began = performance.now();
  const isOver = () => performance.now() - began > options.maxTimeMs;
  const state: Search = {
    model,
    reference: tools.original ?? model,
    target,
    options,
    tools,
    tried: [],
    isOver,
    samples: await affordableSamples(model, options, tools),
  };
  // What most often wins comes first: a slow model leaves time for few.
  await attempt(state, "float", { scheme: "float" });
  await attempt(state, "storage", { scheme: "storage", correct: false });
  if (isGpu(target)) await attempt(state, "float16", { scheme: "float16" });
  const best = await attemptStatic(state);
  const groups = best === undefined ? [] : await attemptRegions(state, best);
  if (canMultiply(target) && hasProducts(model)) await attempt(state, "dynamic", { scheme: "dynamic" });
  if (tools.data !== undefined) await attempt(state, "storage, biases corrected", { scheme: "storage", correct: true });
  await timeAll(state, best);
  const lossy = pickStatic(state);
  const ranking = lossy && (await holdDrop(state, lossy));
  await timeAll(state, best);
  return { chosen: pick(state.tried, options), tried: state.tried, groups, ranking, isOutOfTime: isOver() };
}

/** The fastest static one, whatever it lost. */
function pickStatic({ tried }: Search): Candidate | undefined {
  const timed = tried.filter(({ plan, time }) => plan.scheme === "static" && time !== undefined);
  return timed.length === 0 ? undefined : timed.reduce((a, b) => (b.time!.value < a.time!.value ? b : a));
}

const isGpu = ({ device }: Target) => device === "webgpu" || device === "cuda";

/** Whether ONNX Runtime has the kernels there that quantize inputs at run time. */
const canMultiply = ({ runtime, device }: Target) => runtime === "onnxruntime" && device === "cpu";

function hasProducts(model: Model): boolean {
  return [...model.graph.nodes].some(({ op }) => op === "onnx.MatMul" || op === "onnx.Gemm" || op === "onnx.LSTM");
}

/** Builds and judges; undefined where the time is up. */
export async function attempt(state: Search, label: string, plan: Plan): Promise<Candidate | undefined> {
  const { model, target, tools, tried } = state;
  if (state.isOver() && tried.length > 1) return undefined;
  report(tools.progress, label, tried.length);
  const built = await buildPlan(model, plan, target, tools);
  const judgement = plan.scheme === "float" ? undefined : await judge(built, state);
  const candidate: Candidate = { label, plan, model: built, judgement, time: undefined, bytes: constantBytes(built) };
  tried.push(candidate);
  return candidate;
}

function report(progress: Progress, label: string, done: number): void {
  progress.report(`trying ${label}`, done, 0);
}

async function judge(model: Model, { reference, tools, samples }: Search): Promise<Judgement | undefined> {
  if (tools.data === undefined || tools.data.validationSamples === 0) return undefined;
  const [judgement] = await tools.data.judge([model], reference, { samples });
  return judgement;
}

/** Judging takes at most this share of the time, if this many candidates come. */
const judgingShare = 0.4;
const usualCandidates = 12;
const leastSamples = 100;

/** How many validation samples there is time for, from the time of one. */
async function affordableSamples(model: Model, { maxTimeMs }: SearchOptions, { data, bench }: Tools): Promise<number> {
  const all = data?.validationSamples ?? 0;
  if (bench === undefined || all <= leastSamples) return all;
  const [timed] = await bench.time([model], { budgetMs: 1000 });
  const each = (maxTimeMs * judgingShare) / usualCandidates;
  return Math.min(all, Math.max(leastSamples, Math.floor(each / (timed?.medianMs ?? 1))));
}

const leastTimingMs = 2000;
const timingMs = 1000;

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
  return changed !== undefined && distance(changed) < distance(before) ? changed : before;
}

/** Puts back to float what is cheaper so; a second time with fewer and larger regions. */
async function attemptRegions(state: Search, best: Candidate): Promise<readonly GroupTime[]> {
  const { model, target, tools, tried } = state;
  const { bench } = tools;
  if (bench === undefined || best.plan.scheme !== "static" || state.isOver()) return [];
  const regions = await timeRegions(model, best.model, target, { ...tools, bench });
  for (const caution of [1, 3]) {
    const float = [...floatKeys(regions, caution)];
    const isNew = !tried.some(({ plan }) => plan.scheme === "static" && plan.float.join() === float.join());
    const label = `${best.label}, ${float.length} nodes in float where that is faster`;
    if (isNew) await attempt(state, label, { ...best.plan, float });
  }
  return regions.groups;
}

/** Times what can be chosen against the float model: of every scheme the closest, and each that differs in its graph. */
async function timeAll({ model, tools, tried }: Search, best: Candidate | undefined): Promise<void> {
  const { bench } = tools;
  const closest = (scheme: Plan["scheme"]) =>
    tried.filter(({ plan }) => plan.scheme === scheme).sort((a, b) => distance(a) - distance(b))[0];
  const mixed = tried.filter(({ plan }) => plan.scheme === "static" && plan.float.length > 0);
  const wanted = [closest("storage"), closest("float16"), closest("dynamic"), best, ...mixed];
  const chosen = wanted.filter((each) => each !== undefined).filter(({ time }) => time === undefined);
  if (bench === undefined || chosen.length === 0) return;
  const budgetMs = leastTimingMs + timingMs * chosen.length;
  const measured = await bench.time([model, ...chosen.map((each) => each.model)], { budgetMs });
  for (const [i, candidate] of chosen.entries()) candidate.time = measured[i + 1]?.ratio;
}
