import { basename, join } from "node:path";
import { writeModel } from "@pare/formats";
import { type RunFolder, writeLock, writeWhole } from "@pare/recipe";
import { type RunRecord, recordVersion, renderMarkdown } from "@pare/report";
import { describeFiles, type ModelFiles } from "../model/files.ts";
import { weighModel } from "../model/summary.ts";
import type { Measured } from "./evaluate.ts";
import type { RunFacts } from "./facts.ts";
import type { StepsOutcome } from "./steps.ts";
import type { Timed } from "./time.ts";

/** The record is written last: a folder that has one holds a finished run. */
export const recordFile = "record.json";
const resultFile = "model.onnx";

/** Writes the model of a run with the tool's version and the recipe's digest in its metadata. */
export async function writeResult(folder: RunFolder, { checked, environment }: RunFacts, { model }: StepsOutcome) {
  const metadata = new Map(model.metadata).set("pare.version", environment.pare).set("pare.recipe", checked.sha256);
  model.update("record where it comes from", { metadata });
  const path = join(folder.path, resultFile);
  const { files } = writeModel(model, path, { force: true });
  return { path, files: await describeFiles(files.map((file) => file.path)), weight: weighModel(model) };
}

export type Result = Awaited<ReturnType<typeof writeResult>>;

export interface RecordParts {
  readonly folder: RunFolder;
  readonly facts: RunFacts;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly steps: StepsOutcome;
  readonly result: Result;
  readonly measured: readonly (Measured | Timed)[];
}

export function makeRecord({ folder, facts, startedAt, durationMs, steps, result, measured }: RecordParts): RunRecord {
  const { recipe, sha256 } = facts.checked;
  const original = { ...modelRecord(recipe.model, facts.modelFiles), ...facts.weight };
  const changed = { ...modelRecord(basename(result.path), result.files), ...result.weight };
  return {
    format: "pare-record",
    version: recordVersion,
    run: { id: folder.id, startedAt: startedAt.toISOString(), durationMs: Math.round(durationMs) },
    recipe: { name: recipe.name, sha256, seed: recipe.seed },
    environment: facts.environment,
    data: facts.data,
    original: { ...original, metrics: measured.flatMap((each) => each.original) },
    result: { ...changed, metrics: measured.flatMap((each) => each.result) },
    steps: steps.records,
    timings: measured.flatMap((each) => ("timing" in each ? [each.timing] : [])),
    comparisons: measured.flatMap((each) => each.comparisons),
  };
}

function modelRecord(file: string, { sha256, sizeBytes }: ModelFiles) {
  return { file, sha256, sizeBytes };
}

/** Report and lock file beside the model, and at last the record. */
export async function writeReports(folder: RunFolder, facts: RunFacts, record: RunRecord): Promise<void> {
  const outcome = {
    steps: record.steps.map(({ sha256 }) => sha256),
    output: { file: record.result.file, sha256: record.result.sha256 },
  };
  await writeWhole(join(folder.path, "report.md"), renderMarkdown(record));
  await writeWhole(join(folder.path, "recipe.lock.yaml"), writeLock(facts.lock, outcome));
  await folder.finish(recordFile, `${JSON.stringify(record, null, 2)}\n`);
}
