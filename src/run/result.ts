import { basename, join, relative } from "node:path";
import { readModelFile, writeModel } from "@pare/formats";
import { type RunFolder, writeLock, writeWhole, writtenOut } from "@pare/recipe";
import {
  type DataInfo,
  type DataNote,
  type ModelProfile,
  type RunRecord,
  recordText,
  recordVersion,
  renderHtml,
  renderJunit,
  renderMarkdown,
  renderSvg,
} from "@pare/report";
import { stringify } from "yaml";
import { describeFiles, type ModelFiles } from "../model/files.ts";
import { weighModel } from "../model/summary.ts";
import { largestTensors } from "../model/tensors.ts";
import type { RunFacts } from "./facts.ts";
import type { Measurements } from "./measure.ts";
import type { StepsOutcome } from "./steps.ts";

/** The record is written last: a folder that has one holds a finished run. */
export const recordFile = "record.json";
const resultFile = "model.onnx";
const drawingFile = "report.svg";

/** Writes the model of a run with the tool's version and the recipe's digest in its metadata. */
export async function writeResult(folder: RunFolder, { checked, environment }: RunFacts, { model }: StepsOutcome) {
  const metadata = new Map(model.metadata).set("pare.version", environment.pare).set("pare.recipe", checked.sha256);
  model.update("record where it comes from", { metadata });
  const path = join(folder.path, resultFile);
  const { files } = writeModel(model, path, { force: true });
  return { path, files: await describeFiles(files.map((file) => file.path)), weight: weighModel(model) };
}

export type Result = Awaited<ReturnType<typeof writeResult>>;

export interface RecordParts extends Measurements {
  readonly folder: RunFolder;
  readonly facts: RunFacts;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly steps: StepsOutcome;
  readonly result: Result;
}

/** All but the gates, which are decided by it. */
export function makeRecord(parts: RecordParts): RunRecord {
  const { folder, facts, startedAt, durationMs, steps, result, measured } = parts;
  const { recipe, sha256 } = facts.checked;
  const evaluated = measured.find((each) => "outcomes" in each);
  const original = { ...modelRecord(recipe.model, steps.original.files), ...steps.original.weight };
  const changed = { ...modelRecord(basename(result.path), result.files), ...result.weight };
  return {
    format: "pare-record",
    version: recordVersion,
    run: { id: folder.id, startedAt: startedAt.toISOString(), durationMs: Math.round(durationMs) },
    recipe: {
      ...{ name: recipe.name, sha256, seed: recipe.seed, text: stringify(writtenOut(recipe)) },
      folder: relative(folder.path, facts.checked.folder).replaceAll("\\", "/"),
    },
    environment: facts.environment,
    data: facts.data.map((info) => (info.split === "test" ? withNotes(info, evaluated?.notes ?? []) : info)),
    original: {
      ...original,
      metrics: measured.flatMap((each) => each.original),
      ...evaluated?.outcomes.original,
      ...insides(steps.original.path, parts.profiles?.original),
      ...(parts.compressed.original && { compressed: parts.compressed.original }),
    },
    result: {
      ...changed,
      metrics: measured.flatMap((each) => each.result),
      ...evaluated?.outcomes.result,
      ...insides(result.path, parts.profiles?.result),
      ...(parts.compressed.result && { compressed: parts.compressed.result }),
    },
    steps: steps.records,
    timings: measured.flatMap((each) => ("timing" in each ? [each.timing] : [])),
    comparisons: measured.flatMap((each) => each.comparisons),
  };
}

function withNotes(info: DataInfo, more: readonly DataNote[]): DataInfo {
  return more.length === 0 ? info : { ...info, notes: [...(info.notes ?? []), ...more] };
}

function modelRecord(file: string, { sha256, sizeBytes }: ModelFiles) {
  return { file, sha256, sizeBytes };
}

/** The original is read again: passes have changed the one in memory. */
function insides(path: string, profile: ModelProfile | undefined) {
  return { tensors: largestTensors(readModelFile(path)), ...(profile !== undefined && { profile }) };
}

export interface ReportParts {
  readonly record: RunRecord;
  /** What each step chose by measuring: for the lock file. */
  readonly choices: StepsOutcome["choices"];
  readonly strict: boolean;
}

/** Reports and lock file beside the model, and at last the record. */
export async function writeReports(
  folder: RunFolder,
  facts: RunFacts,
  { record, choices, strict }: ReportParts,
): Promise<void> {
  const outcome = {
    steps: record.steps.map(({ sha256 }, i) => ({ sha256, ...(choices[i] !== undefined && { choices: choices[i] }) })),
    output: { file: record.result.file, sha256: record.result.sha256 },
  };
  const drawing = await renderSvg(record);
  if (drawing !== undefined) await writeWhole(join(folder.path, drawingFile), drawing);
  const shown = drawing === undefined ? {} : { drawing: drawingFile };
  await writeWhole(join(folder.path, "report.md"), renderMarkdown(record, shown));
  await writeWhole(join(folder.path, "report.html"), await renderHtml([record]));
  await writeWhole(join(folder.path, "junit.xml"), renderJunit([record], { strict }));
  await writeWhole(join(folder.path, "recipe.lock.yaml"), writeLock(facts.lock, outcome));
  await folder.finish(recordFile, recordText(record));
}
