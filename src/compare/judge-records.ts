/** What two records tell by themselves: accuracy, size, and times as ratios to the same original. */
import {
  type ComparedMetric,
  compareOutcomes,
  judgeSize,
  marginOf,
  type RatioEstimate,
  speedKeys,
  speedMetricOf,
} from "@pare/measure";
import type { Comparison, Metric, OutcomesRecord, RunRecord, TimingRecord } from "@pare/report";
import { timeComparison } from "../run/time-comparison.ts";
import { differenceText, hostDifferences } from "./host-differences.ts";
import { areIdentical } from "./identical-outcomes.ts";
import { judgePaired, smallDrop } from "./judge-paired.ts";
import { type CompareRow, metricOf, notComparable } from "./rows.ts";

const seed = 0;

/**
 * Sample by sample where both records have the outcomes of the same samples; by the intervals where the samples are the
 * same but outcomes are missing. On other samples a number says nothing of the model: that is not comparable.
 */
export function accuracyRows(base: RunRecord, head: RunRecord): readonly CompareRow[] {
  const isMeasured = ({ name }: Metric) => !/^(latency|throughput|drops|cost|start|memory|size|fidelity)\./.test(name);
  const metrics = head.result.metrics.filter(isMeasured);
  const names = metrics.map(({ name }) => name);
  const [before, after] = [base.result.outcomes, head.result.outcomes];
  const obstacle = obstacleOfSamples(base, head);
  const paired = obstacle === undefined ? before && after && compareOutcomes(before, after, names, seed) : undefined;
  const isIdentical = before !== undefined && after !== undefined && areIdentical(before, after);
  return metrics.flatMap((metric) => {
    const old = metricOf(base, metric.name);
    if (old === undefined) return [];
    if (obstacle !== undefined)
      return [{ ...notComparable(metric, obstacle), kind: "difference", base: old.value, head: metric.value }];
    if (!Number.isFinite(old.value) || !Number.isFinite(metric.value)) return [oddRow(old, metric)];
    const found = paired?.find(({ name }) => name === metric.name);
    if (found !== undefined) return [isIdentical ? identicalRow(found) : pairedRow(found)];
    if (base.result.sha256 === head.result.sha256 && old.value === metric.value) return [sameRow(metric)];
    return [intervalRow(old, metric, unpairedNote(before, after))];
  });
}

/** Why the two were not measured on the same samples, as their digests tell; undefined where they were. */
function obstacleOfSamples(base: RunRecord, head: RunRecord): string | undefined {
  const [before, after] = [base.result.outcomes, head.result.outcomes];
  if (before && after && before.samplesSha256 === after.samplesSha256) return undefined;
  const [old, now] = [base, head].map(({ data }) => data.find(({ split }) => split === "test"));
  if (old === undefined || now === undefined) return "a record does not say on which test data";
  if (old.sha256 !== now.sha256) return "the test data differ";
  return before && after ? "other samples of the test data" : undefined;
}

function unpairedNote(before: OutcomesRecord | undefined, after: OutcomesRecord | undefined): string {
  const which =
    before === undefined ? (after === undefined ? "both records lack" : "the base lacks") : "the head lacks";
  const lack = before && after ? "the records do not hold" : which;
  return `the same samples, but ${lack} its outcomes: judged by the two intervals`;
}

function sameRow({ name, unit, better, value }: Metric): CompareRow {
  return { metric: name, kind: "difference", unit, better, base: value, head: value, value: 0, verdict: "same" };
}

function pairedRow({ name, unit, better, base, head, difference, interval, pValue }: ComparedMetric): CompareRow {
  const row = { metric: name, kind: "difference", unit, better, base, head, value: difference } as const;
  const known = { ...row, ...(interval && { interval }), ...(pValue !== undefined && { pValue }) };
  return { ...known, ...judgePaired({ unit, better, base, difference, interval, pValue }) };
}

/** No sample's outcome has changed: there is no difference to be unsure of. */
function identicalRow({ name, unit, better, base, interval }: ComparedMetric): CompareRow {
  const none = { value: 0, ...(interval && { interval: { ...interval, low: 0, high: 0 } }) };
  return { metric: name, kind: "difference", unit, better, base, head: base, ...none, verdict: "same" };
}

/** A value that is no finite number any more is worse, whatever it was; one that is again, better. */
function oddRow(old: Metric, { name, unit, better, value }: Metric): CompareRow {
  const row = {
    metric: name,
    kind: "difference",
    unit,
    better,
    base: old.value,
    head: value,
    value: Number.NaN,
  } as const;
  const [before, now] = [Number.isFinite(old.value), Number.isFinite(value)];
  if (!before && !now) return { ...row, verdict: "not-comparable", note: "no finite number in either run" };
  return { ...row, verdict: before ? "worse" : "better", note: `no finite number in the ${before ? "head" : "base"}` };
}

/**
 * On the same samples, without pairs. Intervals that do not touch are a difference beyond doubt; those that do say nothing
 * of equality.
 */
function intervalRow(base: Metric, head: Metric, note: string): CompareRow {
  const { name, unit, better, value } = head;
  const difference = value - base.value;
  const row = { metric: name, kind: "difference", unit, better, base: base.value, head: value } as const;
  if (base.interval === undefined || head.interval === undefined)
    return { ...row, value: difference, verdict: "cannot-tell", note };
  const isUp = head.interval.low > base.interval.high;
  const isDown = head.interval.high < base.interval.low;
  const drop = unit === "ratio" ? smallDrop : smallDrop * Math.abs(base.value);
  if ((!isUp && !isDown) || Math.abs(difference) <= drop)
    return { ...row, value: difference, verdict: "cannot-tell", note };
  return { ...row, value: difference, verdict: isUp === (better === "higher") ? "better" : "worse", note };
}

export function sizeRow(base: RunRecord, head: RunRecord): CompareRow {
  const [before, after] = [base.result.sizeBytes, head.result.sizeBytes];
  return {
    ...{ metric: "size.file", kind: "ratio", unit: "bytes", better: "lower", base: before, head: after },
    value: after / before,
    ...judgeSize(before, after),
  };
}

/** Times of two runs are not compared; each run's ratio to its original is, where that is the same file. */
export function timeRowsFromRecords(base: RunRecord, head: RunRecord): readonly CompareRow[] {
  return head.timings.flatMap((timing) => {
    const [main, ...others] = speedKeys(timing.scenario, timing.rate !== undefined).map((key) =>
      speedMetricOf(key, timing.name),
    );
    const before = base.timings.find((other) => isSameMeasure(other, timing));
    if (before === undefined) return [notComparable(main!, "the base has no such measurement")];
    const obstacle = obstacleBetween(base, head);
    if (obstacle !== undefined) return [notComparable(main!, obstacle)];
    const found = [main!, ...others].flatMap(
      (metric) => timeRowFromRecords(metric, [base, head], [before, timing]) ?? [],
    );
    const isThere = found.some(({ metric }) => metric === main!.name);
    return isThere ? found : [notComparable(main!, "a record has no interval of its ratio to the original"), ...found];
  });
}

function obstacleBetween(base: RunRecord, head: RunRecord): string | undefined {
  if (base.original.sha256 !== head.original.sha256) return "the runs have no reference model in common";
  const differences = hostDifferences(base.environment, head.environment);
  return differences.length === 0 ? undefined : `the runs were on different hosts: ${differenceText(differences)}`;
}

/** Undefined where a record does not have the ratio to its original. */
function timeRowFromRecords(
  metric: SpeedName,
  records: readonly RunRecord[],
  timings: readonly TimingRecord[],
): CompareRow | undefined {
  const [old, now] = records.map(({ comparisons }) =>
    comparisons.find((found) => found.metric === metric.name && found.kind === "ratio"),
  );
  const floors = timings.map(({ noiseFloors, noiseFloor }) => noiseFloors?.[metric.name] ?? noiseFloor);
  const estimate = old && now && ratioBetweenRuns(old, now, floors, metric.better);
  if (estimate === undefined) return undefined;
  const { unit, better } = metric;
  const noiseFloor = Math.max(...floors);
  const compared = timeComparison(metric, estimate, marginOf(noiseFloor));
  const note = "from the ratios to the same original in both runs";
  return { ...compared, unit, better, noiseFloor, base: undefined, head: undefined, note };
}

type SpeedName = Pick<Metric, "name" | "unit" | "better">;

function isSameMeasure(a: TimingRecord, b: TimingRecord): boolean {
  const keys = ["name", "engine", "device", "threads", "scenario", "batch", "rate", "boundMs", "percentile"] as const;
  return keys.every((key) => a[key] === b[key]);
}

/**
 * Head ÷ base, of times. Its variance: that of both ratios, and what one run differs from another by, for which each run's
 * noise floor stands: it reaches as far as the interval of the original against itself did.
 */
function ratioBetweenRuns(
  old: Comparison,
  now: Comparison,
  floors: readonly number[],
  better: Metric["better"],
): RatioEstimate | undefined {
  if (old.interval === undefined || now.interval === undefined) return undefined;
  const variances = [
    ...[old.interval, now.interval].map(({ low, high }) => (Math.log(high / low) / (2 * z)) ** 2),
    ...floors.map((floor) => (Math.log1p(floor) / z) ** 2),
  ];
  const reach = Math.exp(z * Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0)));
  const ratio = better === "lower" ? now.value / old.value : old.value / now.value;
  return { ratio, interval: { low: ratio / reach, high: ratio * reach, confidence: old.interval.confidence } };
}

/** Standard deviations to either side of a 95 % interval. */
const z = 1.96;
