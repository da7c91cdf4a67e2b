/** Whether what pare made reaches the goals. */
import type { SearchRecord } from "@pare/report";
import type { Case } from "./cases.ts";
import type { Cost } from "./cost.ts";
import type { Accuracy, Ratio, Speed } from "./measure.ts";
import { speedUpOf } from "./measure.ts";

/** One file, measured. */
export interface Row {
  /** "float", or that of the tool. */
  readonly name: string;
  readonly accuracy: Accuracy;
  readonly speed: Speed;
  readonly sizeBytes: number;
  readonly integer: number;
  /** Undefined for the float file. */
  readonly cost: Cost | undefined;
  /** Of `quantize/auto`: what it tried. */
  readonly search: SearchRecord | undefined;
}

export interface Verdict {
  readonly what: string;
  readonly goal: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** An interval whose lower end is above this is as fast. */
const asFast = 0.98;
const mostStaticBytes = 400e6;

/** @param rows the float file first */
export function judge({ goal }: Case, rows: readonly Row[]): readonly Verdict[] {
  return [...judgeAuto(goal, rows), ...judgeStatic(rows)];
}

function judgeAuto(goal: Case["goal"], rows: readonly Row[]): readonly Verdict[] {
  const auto = rows.find(({ name }) => name === "pare auto");
  if (auto === undefined) return [missing("pare auto")];
  const float = rows[0]!;
  const rival = rows.find(({ name }) => name === goal.speed);
  const { agreement } = goal;
  return [
    atLeast("top-1", goal.accuracy, auto.accuracy.top1),
    ...(agreement === undefined ? [] : [atLeast("agreement with float", agreement, auto.accuracy.agreement)]),
    rival === undefined ? missing(goal.speed) : asFastAs(goal.speed, speedUpOf(rival.speed, auto.speed)),
    atMost("bytes ÷ float", goal.bytes, auto.sizeBytes / float.sizeBytes),
    integerEnough(goal, auto),
  ];
}

/** The same algorithm as the quickest peer's process. */
function judgeStatic(rows: readonly Row[]): readonly Verdict[] {
  const found = rows.find(({ name }) => name === "pare static")?.cost;
  if (found === undefined) return [missing("pare static")];
  const peers = rows.filter(({ name }) => name.endsWith("-minmax") || name.startsWith("nncf"));
  const quickest = Math.min(...peers.map(({ cost }) => cost?.seconds ?? Infinity));
  return [
    atMost("static: seconds", quickest, found.seconds),
    atMost("static: MB", mostStaticBytes / 1e6, found.peakBytes / 1e6),
  ];
}

/** Where integers may not pay, the regions in float have their time measured both ways instead. */
function integerEnough({ integer, mayBeFloat }: Case["goal"], auto: Row): Verdict {
  const verdict = atLeast("integer multiply-adds", integer, auto.integer);
  const regions = auto.search?.regions.filter(({ isFloat }) => isFloat) ?? [];
  if (verdict.isMet || !mayBeFloat || regions.length === 0) return verdict;
  const isMet = regions.every(({ floatUs, integerUs }) => floatUs > 0 && integerUs > 0);
  return { ...verdict, found: `${verdict.found}, ${regions.length} regions in float, each timed both ways`, isMet };
}

const text = (value: number) => String(Number(value.toPrecision(4)));

function atLeast(what: string, goal: number, value: number): Verdict {
  return { what, goal: `≥ ${text(goal)}`, found: text(value), isMet: value >= goal };
}

function atMost(what: string, goal: number, value: number): Verdict {
  return { what, goal: `≤ ${text(goal)}`, found: text(value), isMet: value <= goal };
}

function asFastAs(rival: string, { value, low, high }: Ratio): Verdict {
  const found = `${text(value)} (${text(low)} to ${text(high)})`;
  return { what: `speed ÷ ${rival}'s`, goal: `lower end > ${asFast}`, found, isMet: low > asFast };
}

function missing(name: string): Verdict {
  return { what: name, goal: "a file", found: "none", isMet: false };
}
