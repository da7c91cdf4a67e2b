/** One way to quantize, built and judged, and what such a step costs. */
import type { Model } from "@pare/ir";
import type { Judgement, PassData, Tools } from "@pare/pass";
import type { Target } from "../targets/target.ts";
import { accuracyOf, type Candidate, constantBytes } from "./candidate.ts";
import type { Clock } from "./clock.ts";
import { buildPlan, type Plan } from "./plan.ts";

export interface SearchOptions {
  /** What the loss is counted from. */
  readonly reference: Model;
  /** Loss of the metric that is allowed; 0.01 is one point of an accuracy. */
  readonly maxDrop: number;
  readonly maxTimeMs: number;
  readonly prefer: "speed" | "size";
}

/** State of one search. */
export interface Search {
  readonly model: Model;
  readonly target: Target;
  readonly options: SearchOptions;
  readonly tools: Tools;
  readonly clock: Clock;
  readonly tried: Candidate[];
  /** Of candidates that may still be timed or chosen. A plan is built anew where its model is not kept. */
  readonly models: Map<Candidate, Model>;
  /** Validation samples that a candidate is judged on. */
  readonly samples: number;
  /** Of one run of the float model on one sample; undefined where it was not timed. */
  readonly runMs: number | undefined;
  /** Of reading one sample and running on it. */
  readonly sampleMs: number;
  readonly costs: Costs;
}

/** Milliseconds that steps took. */
export interface Costs {
  /** By kind of plan, without observing: what was observed once is found again. */
  readonly builds: Map<string, number>;
  /** Ranges over the calibration samples, last. */
  observingMs: number | undefined;
  /** The least: the first time the reference is run as well. */
  judgingMs: number | undefined;
}

/** Builds and judges; undefined where there was no time for it. */
export async function attempt(state: Search, label: string, plan: Plan): Promise<Candidate | undefined> {
  const { model, target, tools, tried, clock, models, costs } = state;
  tools.progress.report(`trying ${label}`, tried.length, 0);
  return clock.during(label, expectedMs(state, plan), tools, async (limited) => {
    const observing = watchObserving(limited);
    const began = performance.now();
    const built = await buildPlan(model, plan, target, observing.tools);
    const builtAt = performance.now();
    const observedMs = observing.spentMs();
    const judgement = plan.scheme === "float" ? undefined : await judge(built, state, limited);
    const candidate: Candidate = { label, plan, judgement, time: undefined, bytes: constantBytes(built) };
    costs.builds.set(kindOf(plan), builtAt - began - observedMs);
    if (observedMs > 0) costs.observingMs ??= observedMs;
    if (judgement !== undefined)
      costs.judgingMs = Math.min(performance.now() - builtAt, costs.judgingMs ?? Number.POSITIVE_INFINITY);
    tried.push(candidate);
    models.set(candidate, built);
    clock.reserve(endingMs(state) + comparingMs(state.options));
    return candidate;
  });
}

/** The same tools, with a watch on what observing takes. */
function watchObserving(tools: Tools) {
  const { data } = tools;
  let spentMs = 0;
  const observe: PassData["observe"] = async (...request) => {
    const began = performance.now();
    const found = await data!.observe(...request);
    spentMs += performance.now() - began;
    return found;
  };
  return { tools: data === undefined ? tools : { ...tools, data: { ...data, observe } }, spentMs: () => spentMs };
}

/** The model of a candidate, built anew where it was let go. */
export async function modelOf(state: Search, candidate: Candidate, tools: Tools): Promise<Model> {
  return state.models.get(candidate) ?? (await buildPlan(state.model, candidate.plan, state.target, tools));
}

async function judge(
  model: Model,
  { options: { reference }, samples }: Search,
  { data }: Tools,
): Promise<Judgement | undefined> {
  if (data === undefined || data.validationSamples === 0) return undefined;
  const [judgement] = await data.judge([model], reference, { samples });
  return judgement;
}

/** Plans of one kind take about the same. */
function kindOf(plan: Plan): string {
  const isCorrected = (plan.scheme === "static" || plan.scheme === "storage") && plan.correct;
  return `${plan.scheme}${isCorrected ? ", corrected" : ""}`;
}

/** What an attempt is likely to take: what others of its kind took, else as many runs of the float model as it needs. */
function expectedMs({ costs, samples, sampleMs, tools: { data } }: Search, plan: Plan): number {
  if (plan.scheme === "float" || data === undefined) return 0;
  const { calibrationSamples } = data;
  const isCorrected = (plan.scheme === "static" || plan.scheme === "storage") && plan.correct;
  const guessMs = guessShare * sampleMs;
  const corrected = isCorrected ? 2 * Math.min(correctedSamples, calibrationSamples) * guessMs : 0;
  // Equalized it is another model, whose ranges are others.
  const isNew = plan.scheme === "static" && (costs.observingMs === undefined || plan.equalize);
  const observing = isNew ? (costs.observingMs ?? calibrationSamples * guessMs) : 0;
  const judging = costs.judgingMs ?? 2 * samples * guessMs;
  return (costs.builds.get(kindOf(plan)) ?? corrected) + observing + judging;
}

const correctedSamples = 128;
/** Runs of many samples take less than as many runs of one; and what is begun in vain takes time that nothing else needs. */
const guessShare = 0.5;

const timingShare = 0.2;
const leastComparingMs = 4000;

/** For timing candidates: what has no time is no choice for speed, so in a short search this comes before another try. */
export function comparingMs({ maxTimeMs }: SearchOptions): number {
  return Math.max(timingShare * maxTimeMs, leastComparingMs);
}

const provingMs = 1000;
const provingRuns = 15;

/** What comes after the search: a plan that may be chosen is built once more, in place, and is proven. */
export function endingMs({ costs, tried, options, runMs = 0 }: Search): number {
  const able = tried.filter((each) => accuracyOf(each, options.maxDrop) !== "lost");
  const building = able.map(({ plan }) => costs.builds.get(kindOf(plan)) ?? 0);
  return Math.max(0, ...building) + provingMs + provingRuns * runMs;
}
