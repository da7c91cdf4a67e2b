import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Progress } from "@pare/pass";
import type { Environment, RunRecord, Verdict } from "@pare/report";
import { readRecordFile } from "../report/read-records.ts";
import { defaultCacheFolder } from "../run/cache-folder.ts";
import { describeEnvironment } from "../run/environment.ts";
import { comparedDataError } from "./errors.ts";
import { type BaseSide, type EvaluatedSide, evaluateAgain } from "./evaluate-again.ts";
import { findModelOf, type Side } from "./find-model.ts";
import { differenceText, hostDifferences } from "./host-differences.ts";
import { accuracyRows, sizeRow, timeRowsFromRecords } from "./judge-records.ts";
import { remeasure } from "./measure.ts";
import type { CompareRow } from "./rows.ts";
import { openRecordData } from "./test-data.ts";
import { timingFeed } from "./timing-feed.ts";

export interface CompareOptions {
  /** Measure nothing: times only as ratios to the same original. Default false. */
  readonly fromRecords?: boolean;
  /** Evaluate both models again on the test data. Default false: by the outcomes that the records hold. */
  readonly evaluate?: boolean;
  readonly baseModel?: string;
  readonly headModel?: string;
  /** Seconds of timing for each measurement; default 20. */
  readonly budget?: number;
  /** Fresh processes for each model, for cold start and memory; default 6, 0: none. */
  readonly starts?: number;
  readonly seed?: number;
  readonly cacheFolder?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface ComparedSide {
  readonly file: string;
  readonly run: string;
  readonly sha256: string;
}

export interface Compared {
  readonly base: ComparedSide;
  readonly head: ComparedSide;
  /** Whether times were taken again, here and interleaved. */
  readonly measured: boolean;
  /** What both models were timed on, in words; absent where nothing was measured. */
  readonly inputs?: string;
  /** What both models were evaluated on again, in words; absent where the records' outcomes tell of accuracy. */
  readonly evaluated?: string;
  /** What the hosts of the records and this one differ in. */
  readonly hostNotes: readonly string[];
  readonly rows: readonly CompareRow[];
  /** `worse` where any metric is, else `better` where any is, else `cannot-tell` where nothing is known, else `same`. */
  readonly verdict: Verdict;
}

/** The results of two runs against each other. @throws RECORD_…, COMPARE_…, those of models, data and engine */
export async function compareRecords(
  baseFile: string,
  headFile: string,
  options: CompareOptions = {},
): Promise<Compared> {
  const { fromRecords = false } = options;
  const base: Side = { which: "base", file: baseFile, record: await readRecordFile(baseFile) };
  const head: Side = { which: "head", file: headFile, record: await readRecordFile(headFile) };
  const [before, after] = [base.record, head.record];
  const found = fromRecords
    ? { rows: [...accuracyRows(before, after), ...timeRowsFromRecords(before, after)] }
    : await measureAgain(base, head, options);
  const rows = [...found.rows, sizeRow(before, after)];
  const side = ({ file, record }: Side) => ({ file, run: record.run.id, sha256: record.result.sha256 });
  return {
    base: side(base),
    head: side(head),
    measured: !fromRecords,
    ...("inputs" in found && { inputs: found.inputs }),
    ...("evaluated" in found && { evaluated: found.evaluated }),
    hostNotes: await hostNotes(before, after, fromRecords),
    rows,
    verdict: overall(rows.map(({ verdict }) => verdict)),
  };
}

/** Times, cold start and memory; accuracy where that is asked, else by the outcomes that the records hold. */
async function measureAgain(base: Side, head: Side, options: CompareOptions) {
  const { seed = 0, budget = 20, starts = 6, evaluate = false } = options;
  const cache = options.cacheFolder ?? defaultCacheFolder();
  const files = [
    await findModelOf(base, options.baseModel, cache),
    await findModelOf(head, options.headModel, cache),
  ] as const;
  const world = {
    progress: options.progress ?? { report: () => {} },
    signal: options.signal ?? new AbortController().signal,
  };
  const data = [await openRecordData(base.file, base.record), await openRecordData(head.file, head.record)] as const;
  const sides = [base, head].map(({ which, record }, i) => ({ which, record, model: files[i]!, data: data[i]! }));
  const again = evaluate ? await evaluateAgain(sides[0]!, withData(sides[1]!), world) : undefined;
  const [before, after] = again?.records ?? [base.record, head.record];
  const { inputs, feed } = timingFeed(data);
  const measured = await remeasure(files, head.record.timings, { budget, seed, starts, feed, ...world });
  const evaluated = again && { evaluated: again.evaluated };
  return { rows: [...accuracyRows(before, after), ...measured], inputs, ...evaluated };
}

interface FedSide extends BaseSide {
  readonly which: Side["which"];
}

/** @throws COMPARE_DATA */
function withData({ which, data, ...side }: FedSide): EvaluatedSide {
  if ("why" in data) throw comparedDataError(which, data.why);
  return { ...side, data };
}

function overall(verdicts: readonly Verdict[]): Verdict {
  const order: readonly Verdict[] = ["worse", "better", "cannot-tell", "same", "not-comparable"];
  return order.find((verdict) => verdicts.includes(verdict)) ?? "same";
}

/** Records may come from anywhere: said, so that nobody takes their times for these. */
async function hostNotes(base: RunRecord, head: RunRecord, fromRecords: boolean): Promise<readonly string[]> {
  const between = hostDifferences(base.environment, head.environment);
  const notes = between.length > 0 ? [`The records were made on different hosts: ${differenceText(between)}.`] : [];
  if (fromRecords) return notes;
  const here = await describeHere();
  const away = (
    [
      ["base", base],
      ["head", head],
    ] as const
  ).flatMap(([which, { environment }]) => {
    const differences = hostDifferences(environment, here);
    return differences.length > 0
      ? [`where the ${which} was made (there and here: ${differenceText(differences)})`]
      : [];
  });
  return away.length === 0 ? notes : [...notes, `Times and memory were measured here, not ${away.join(", nor ")}.`];
}

async function describeHere(): Promise<Environment> {
  await using engine = createOnnxRuntimeEngine();
  return await describeEnvironment(engine);
}
