import { describeMachine } from "@pare/engine";
import type { Progress } from "@pare/pass";
import type { RunRecord, Verdict } from "@pare/report";
import { readRecordFile } from "../report/read-records.ts";
import { defaultCacheFolder } from "../run/cache-folder.ts";
import { findModelOf } from "./find-model.ts";
import { accuracyRows, sizeRow, timeRowsFromRecords } from "./judge-records.ts";
import { remeasure } from "./measure.ts";
import type { CompareRow } from "./rows.ts";

export interface CompareOptions {
  /** Measure nothing: times only as ratios to the same original. Default false. */
  readonly fromRecords?: boolean;
  readonly baseModel?: string;
  readonly headModel?: string;
  /** Seconds of timing for each measurement; default 20. */
  readonly budget?: number;
  /** Fresh processes for each model, for memory; default 6, 0: none. */
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
  /** What the hosts of the records and this one differ in. */
  readonly hostNotes: readonly string[];
  readonly rows: readonly CompareRow[];
  /** `worse` where any metric is, else `better` where any is, else `cannot-tell` where nothing is known, else `same`. */
  readonly verdict: Verdict;
}

/** The results of two runs against each other. @throws RECORD_…, COMPARE_MODEL, those of models and engine */
export async function compareRecords(
  baseFile: string,
  headFile: string,
  options: CompareOptions = {},
): Promise<Compared> {
  const { fromRecords = false, seed = 0, budget = 20, starts = 6 } = options;
  const base = await readRecordFile(baseFile);
  const head = await readRecordFile(headFile);
  const rows: CompareRow[] = [...accuracyRows(base, head)];
  if (fromRecords) rows.push(...timeRowsFromRecords(base, head));
  else {
    const cache = options.cacheFolder ?? defaultCacheFolder();
    const files = [
      await findModelOf({ which: "base", file: baseFile, record: base }, options.baseModel, cache),
      await findModelOf({ which: "head", file: headFile, record: head }, options.headModel, cache),
    ] as const;
    const progress = options.progress ?? { report: () => {} };
    const signal = options.signal ?? new AbortController().signal;
    rows.push(...(await remeasure(files, head.timings, { budget, seed, starts, progress, signal })));
  }
  rows.push(sizeRow(base, head));
  const side = (file: string, record: RunRecord) => ({ file, run: record.run.id, sha256: record.result.sha256 });
  return {
    base: side(baseFile, base),
    head: side(headFile, head),
    measured: !fromRecords,
    hostNotes: hostNotes(base, head, fromRecords),
    rows,
    verdict: overall(rows.map(({ verdict }) => verdict)),
  };
}

function overall(verdicts: readonly Verdict[]): Verdict {
  const order: readonly Verdict[] = ["worse", "better", "cannot-tell", "same", "not-comparable"];
  return order.find((verdict) => verdicts.includes(verdict)) ?? "same";
}

/** Records may come from anywhere: said, so that nobody takes their times for these. */
function hostNotes(base: RunRecord, head: RunRecord, fromRecords: boolean): readonly string[] {
  const { cpu } = describeMachine();
  const [before, after] = [base, head].map(({ environment: { cpu: processor } }) => processor.model);
  const notes: string[] = [];
  if (before !== after) notes.push(`The records were made on different processors: ${before} and ${after}.`);
  const versions = [base, head].map(({ environment: { runtime } }) => `${runtime.name} ${runtime.version}`);
  if (versions[0] !== versions[1]) notes.push(`They ran on different runtimes: ${versions.join(" and ")}.`);
  if (!fromRecords && (before !== cpu || after !== cpu))
    notes.push(`Times and memory were measured here, on ${cpu}, not where the records were made.`);
  return notes;
}
