/** One way to quantize, built and judged, and what such a step costs. */
import type { Model } from "@pare/ir";
import type { Judgement, PassData, Tools } from "@pare/pass";
import type { Target } from "../targets/target.ts";
import { type Candidate, constantBytes } from "./candidate.ts";
import type { Clock } from "./clock.ts";
import { buildPlan, type Plan } from "./plan.ts";

export interface SearchOptions {
  /** Loss of the metric that is allowed; 0.01 is one point of an accuracy. */
  readonly maxDrop: number;
  readonly maxTimeMs: number;
  readonly prefer: "speed" | "size";
}

/** State of one search. */
export interface Search {
  readonly model: Model;
  readonly reference: Model;
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
  readonly costs: Costs;
}

/** Milliseconds that steps took: the least of each kind, as the first of a kind also finds what others find again. */
export interface Costs {
  readonly builds: Map<string, number>;
  judgingMs: number | undefined;
}

/** Builds and judges; undefined where there was no time for it. */
export async function attempt(state: Search, label: string, plan: Plan): Promise<Candidate | undefined> {
  const { model, target, tools, tried, clock, models, costs } = state;
  tools.progress.report(`trying ${label}`, tried.length, 0);
  return clock.during(label, expectedMs(state, plan), tools, async (limited) => {
    const began = performance.now();
    const built = await buildPlan(model, plan, target, limited);
    const isBuilt = performance.now();
    const judgement = plan.scheme === "float" ? undefined : await judge(built, state, limited);
    const candidate: Candidate = { label, plan, judgement, time: undefined, bytes: constantBytes(built) };
    const kind = kindOf(plan);
    costs.builds.set(kind, Math.min(isBuilt - began, costs.builds.get(kind) ?? Number.POSITIVE_INFINITY));
    if (judgement !== undefined)
      costs.judgingMs = Math.min(performance.now() - isBuilt, costs.judgingMs ?? Number.POSITIVE_INFINITY);
    tried.push(candidate);
    models.set(candidate, built);
    return candidate;
  });
}

/** The model of a candidate, built anew where it was let go. */
export async function modelOf(state: Search, candidate: Candidate, tools: Tools): Promise<Model> {
  return state.models.get(candidate) ?? (await buildPlan(state.model, candidate.plan, state.target, tools));
}

async function judge(model: Model, { reference, samples }: Search, { data }: Tools): Promise<Judgement | undefined> {
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
function expectedMs({ costs, samples, runMs = 0, tools: { data } }: Search, plan: Plan): number {
  if (plan.scheme === "float" || data === undefined) return 0;
  const building = costs.builds.get(kindOf(plan)) ?? runMs * unknownRuns(plan, data, costs);
  // The first time the reference is run as well.
  const judging = costs.judgingMs ?? 2 * samples * runMs;
  return building + judging;
}

const correctedSamples = 128;

function unknownRuns(plan: Plan, { calibrationSamples }: PassData, { builds }: Costs): number {
  const corrects = (plan.scheme === "static" || plan.scheme === "storage") && plan.correct;
  const observed = plan.scheme === "static" && !builds.has("static") ? calibrationSamples : 0;
  return observed + (corrects ? 2 * Math.min(correctedSamples, calibrationSamples) : 0);
}

/** What building it once more, in place, takes at the end. */
export function rebuildingMs({ costs }: Search, plans: readonly Plan[]): number {
  return Math.max(0, ...plans.map((plan) => costs.builds.get(kindOf(plan)) ?? 0));
}
