/**
 * Whether a gate holds, and whether that is certain.
 *
 * 1. A comparison holds, or fails, where it does so for every value of the intervals; else it cannot be told.
 * 2. A metric beside the original's or the base's own, in one comparison, is taken as the paired or interleaved measurement has it:
 *    what both models share (a hard sample, a busy minute) is not counted as doubt.
 * 3. Of a metric that is no number nothing can be told; but where the result's is none and its original's or its base's is
 *    one, the gate fails: the model broke.
 * 4. A metric that was not measured cannot be told; but of a class that there is not the gate fails: it would never be told.
 * 5. `and`, `or` and `not` follow Kleene: what is certain in spite of an undecided part is decided.
 */
import type { GateRecord, GateStatus } from "@pare/report";
import { absolute, type Bounds, combine, extreme, isExact, negate, point } from "./bounds.ts";
import {
  type CompareOp,
  type Condition,
  type Gate,
  type MetricRef,
  metricsOf,
  type Quantity,
  type Subject,
} from "./expression.ts";
import type { Readings } from "./readings.ts";

export function decideGate({ expression, condition }: Gate, readings: Readings): GateRecord {
  const metrics = metricsOf(condition);
  if (!readings.hasBase && metrics.some(({ subject }) => subject === "base"))
    return { expression, status: "skipped", reason: "there is no base to compare with" };
  const classless = metrics.map((metric) => noSuchClass(metric, readings)).find((found) => found !== undefined);
  if (classless !== undefined) return { expression, status: "fail", reason: classless };
  const obstacle = metrics.map((metric) => obstacleOf(metric, readings)).find((found) => found !== undefined);
  if (obstacle !== undefined) return { expression, status: "cannot-tell", reason: obstacle };
  const odd = metrics.find((metric) => !isNumber(metric, readings));
  if (odd !== undefined) return { expression, ...notANumber(odd, readings) };
  const reasons: string[] = [];
  const truth = truthOf(condition, readings, reasons);
  return { expression, status: statusOf(truth), reason: reasons.join("; ") };
}

const fullName = ({ subject, name }: MetricRef) => (subject === "result" ? name : `${subject}.${name}`);

/** A metric that was not measured is another matter. */
function isNumber(metric: MetricRef, readings: Readings): boolean {
  return !Number.isNaN(readings.get(metric)?.value);
}

/** Rule 3. */
function notANumber({ subject, name }: MetricRef, readings: Readings): Pick<GateRecord, "status" | "reason"> {
  const others = (["original", "base"] as const).filter((other) => {
    const before = readings.get({ subject: other, name });
    return before !== undefined && !Number.isNaN(before.value);
  });
  const reason = `${fullName({ subject, name })} is not a number`;
  if (subject === "result" && others.length > 0)
    return { status: "fail", reason: `${reason}, that of the ${others[0]} is` };
  return { status: "cannot-tell", reason: `${reason}: the data does not define it, or the model gave none` };
}

/** Rule 4. Where other classes were measured, this one is none. A base may have been measured on other data. */
function noSuchClass(metric: MetricRef, readings: Readings): string | undefined {
  const { subject, name, perClass } = metric;
  if (perClass === undefined || subject === "base" || readings.get(metric) !== undefined) return undefined;
  const others = readings.resultNames(`${perClass}.`);
  if (others.length === 0) return undefined;
  const classes = others.map((other) => other.slice(perClass.length + 1));
  const shown = [...classes.slice(0, mostClasses), ...(classes.length > mostClasses ? ["…"] : [])];
  return `there is no class "${name.slice(perClass.length + 1)}": ${shown.join(", ")}`;
}

/** More than a reason need list. */
const mostClasses = 20;

function obstacleOf(metric: MetricRef, readings: Readings): string | undefined {
  if (readings.get(metric) === undefined) return `${fullName(metric)} was not measured`;
  return metric.subject === "base" ? readings.incomparable(metric.name) : undefined;
}

/** Undefined: it cannot be told. */
type Truth = boolean | undefined;

const statusOf = (truth: Truth): GateStatus => (truth === undefined ? "cannot-tell" : truth ? "pass" : "fail");

function truthOf(condition: Condition, readings: Readings, reasons: string[]): Truth {
  if (condition.kind === "compare") return compareTruth(condition, readings, reasons);
  if (condition.kind === "not") {
    const inner = truthOf(condition.of, readings, reasons);
    return inner === undefined ? undefined : !inner;
  }
  const both = [condition.left, condition.right].map((side) => truthOf(side, readings, reasons));
  const decisive = condition.kind === "or";
  if (both.includes(decisive)) return decisive;
  return both.includes(undefined) ? undefined : !decisive;
}

type Comparing = Extract<Condition, { kind: "compare" }>;

function compareTruth(condition: Comparing, readings: Readings, reasons: string[]): Truth {
  const lookup = pairing(condition, readings);
  const [left, right] = [boundsOf(condition.left, lookup), boundsOf(condition.right, lookup)];
  const truth = holds(condition.op, left, right);
  reasons.push(reasonOf(condition.op, left, right, truth));
  return truth;
}

type Lookup = (metric: MetricRef) => Bounds;

/** Rule 2. Beside both, the original's own is taken: it was measured in the same run. */
function pairing(condition: Comparing, readings: Readings): Lookup {
  const metrics = metricsOf(condition);
  const has = (subject: Subject, name: string) =>
    metrics.some((metric) => metric.subject === subject && metric.name === name);
  return (metric) => {
    const { subject, name } = metric;
    const other = has("original", name) ? "original" : "base";
    const pair = has(other, name) && has("result", name) ? readings.paired(name, other) : undefined;
    if (pair !== undefined && subject === "result") return pair.result;
    if (pair !== undefined && subject === other) return pair.other;
    return readings.get(metric)!;
  };
}

function boundsOf(quantity: Quantity, lookup: Lookup): Bounds {
  switch (quantity.kind) {
    case "number":
      return point(quantity.value);
    case "metric":
      return lookup(quantity.metric);
    case "negate":
      return negate(boundsOf(quantity.of, lookup));
    case "arithmetic":
      return combine(quantity.op, boundsOf(quantity.left, lookup), boundsOf(quantity.right, lookup));
    case "call": {
      const args = quantity.args.map((argument) => boundsOf(argument, lookup));
      if (quantity.name === "abs") return absolute(args[0]!);
      return extreme(quantity.name === "min" ? Math.min : Math.max, args);
    }
  }
}

function holds(op: CompareOp, left: Bounds, right: Bounds): Truth {
  if ([left, right].some((side) => [side.value, side.low, side.high].some(Number.isNaN))) return undefined;
  switch (op) {
    case "<":
      return left.high < right.low ? true : left.low >= right.high ? false : undefined;
    case "<=":
      return left.high <= right.low ? true : left.low > right.high ? false : undefined;
    case ">":
      return holds("<", right, left);
    case ">=":
      return holds("<=", right, left);
    case "==":
      if (left.high < right.low || right.high < left.low) return false;
      return isExact(left) && isExact(right) ? true : undefined;
    case "!=": {
      const same = holds("==", left, right);
      return same === undefined ? undefined : !same;
    }
  }
}

function reasonOf(op: CompareOp, left: Bounds, right: Bounds, truth: Truth): string {
  const fact = `${boundsText(left)} ${op} ${boundsText(right)}`;
  if (truth === undefined) return `${fact}: not decided by the intervals`;
  const certain = isExact(left) && isExact(right) ? "" : " in the whole interval";
  return `${fact}: ${truth ? "holds" : "does not hold"}${certain}`;
}

function boundsText(bounds: Bounds): string {
  const { value, low, high } = bounds;
  if (isExact(bounds)) return numberText(value);
  if (low === -Infinity && high === Infinity) return `${numberText(value)} (no interval)`;
  return `${numberText(value)} (${numberText(low)} to ${numberText(high)})`;
}

/** Four digits, but whole numbers whole. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
