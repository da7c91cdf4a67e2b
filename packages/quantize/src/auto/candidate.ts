import type { Model } from "@pare/ir";
import type { Judgement } from "@pare/pass";
import type { Plan } from "./plan.ts";

export interface TimeRatio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A plan that was built, and what was measured of it. */
export interface Candidate {
  readonly label: string;
  readonly plan: Plan;
  /** Beside the original on validation data; undefined for the float model, and without data. */
  readonly judgement: Judgement | undefined;
  /** Of its constants. */
  readonly bytes: number;
  /** Time ÷ time of the float model; undefined where it was not measured. */
  time: TimeRatio | undefined;
}

export function constantBytes({ graph }: Model): number {
  let bytes = 0;
  for (const { origin } of graph.values) if (origin.kind === "constant") bytes += origin.tensor.source.size;
  return bytes;
}

/** How far outputs are from the original's: mean divergence where they are scores, else noise. Smaller is closer. */
export function distance({ judgement }: Candidate): number {
  return judgement?.divergence ?? -(judgement?.snrDb ?? 0);
}

/**
 * `held`: the one-sided bound of the drop is within the limit. `open`: the drop is, its bound is not: too few samples to
 * tell. `lost`: neither. Without a judgement nothing is lost that is known of: `open`.
 */
export function accuracyOf({ judgement, plan }: Candidate, maxDrop: number): "held" | "open" | "lost" {
  if (plan.scheme === "float") return "held";
  if (judgement === undefined) return "open";
  if (judgement.drop > maxDrop + rounding) return "lost";
  return judgement.dropUpper <= maxDrop + rounding ? "held" : "open";
}

/** Of the difference of two shares: 0.99 − 0.98 is more than 0.01 in binary. */
const rounding = 1e-9;

/** A model whose time is at most so much longer is not slower: machines differ by as much from minute to minute. */
const sameTime = 0.02;

/** Stored weights are those of the float model once it is loaded: what is measured of them is noise, unless it is sure. */
function isNotSlower({ time, plan }: Candidate): boolean {
  return time === undefined || (plan.scheme === "storage" ? time.low : time.value) <= 1 + sameTime;
}

export interface Choice {
  readonly maxDrop: number;
  readonly prefer: "speed" | "size";
  /**
   * Times can be measured: what has none is no choice for speed, nothing shows that it is not slower. But for stored
   * weights: the runtime makes the float model of them when it loads it.
   */
  readonly isTimed: boolean;
}

/**
 * Among those that hold the accuracy, else those of which it cannot be told, else float: for speed the fastest that is
 * not slower than float, for size the smallest.
 */
export function pick(candidates: readonly Candidate[], { maxDrop, prefer, isTimed }: Choice): Candidate {
  const float = candidates.find(({ plan }) => plan.scheme === "float")!;
  const needsTime = prefer === "speed" && isTimed;
  const isKnown = ({ plan, time }: Candidate) => time !== undefined || plan.scheme === "storage" || !needsTime;
  const others = candidates.filter((each) => each.plan.scheme !== "float" && isKnown(each));
  for (const wanted of ["held", "open"] as const) {
    const kept = others.filter((each) => accuracyOf(each, maxDrop) === wanted);
    const able = prefer === "size" ? kept : kept.filter(isNotSlower);
    if (able.length > 0) return able.reduce((a, b) => (isBetter(b, a, prefer) ? b : a));
  }
  return float;
}

/** Where the target is another machine: integers are taken to be faster, the more of them the faster. */
const presumed: Readonly<Record<Plan["scheme"], number>> = {
  static: 0.5,
  float16: 0.6,
  dynamic: 0.8,
  storage: 1,
  float: 1,
};

const timeOf = ({ time, plan }: Candidate) => time?.value ?? presumed[plan.scheme];

/** Ratios of time or size that differ by less are the same: then the other, then the closer outputs decide. */
function isBetter(a: Candidate, b: Candidate, prefer: Choice["prefer"]): boolean {
  const speed = timeOf(b) - timeOf(a);
  const size = (b.bytes - a.bytes) / Math.max(1, b.bytes);
  const [first, second] = prefer === "size" ? [size, speed] : [speed, size];
  if (Math.abs(first) > sameTime) return first > 0;
  if (Math.abs(second) > sameTime) return second > 0;
  return distance(a) < distance(b);
}
