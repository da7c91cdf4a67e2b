/** One model through every tool, then every file through one measurement. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SearchRecord } from "@pare/report";
import type { World } from "../../src/run/tools.ts";
import { runProcess } from "../process.ts";
import type { Case } from "./cases.ts";
import { type Attempt, quantizeByTurns } from "./cost.ts";
import { judge, type Row } from "./judge.ts";
import { integerShare, measureAccuracy, measureSpeed } from "./measure.ts";
import { type PreparedCase, prepareCase } from "./prepare.ts";
import type { CaseResult } from "./table.ts";
import { type Programs, raiseCommand, type Tool, toolsFor } from "./tools.ts";

export interface CaseOptions extends Programs {
  /** Of the models. */
  readonly models: string;
  /** Where files are made. */
  readonly scratch: string;
  /** Runs of each tool. */
  readonly repetitions: number;
  /** That the files are timed for, together. */
  readonly budgetMs: number;
}

export async function runCase(each: Case, options: CaseOptions, world: World): Promise<CaseResult> {
  const folder = join(options.scratch, each.model);
  mkdirSync(folder);
  const prepared = await prepareCase(each, options.models, folder);
  const raised = join(folder, "raised.onnx");
  const [program, ...args] = raiseCommand(options.python, prepared.model, raised);
  await runProcess(program, args);
  const tools = toolsFor(each, options);
  const fileOf = ({ name }: Tool) => join(folder, `${name.replace(" ", "-")}.onnx`);
  const request = (tool: Tool) => ({ ...prepared, raised, out: fileOf(tool) });
  const attempts = await quantizeByTurns(tools, request, options.repetitions);
  const made = tools.flatMap((tool) => madeFile(tool, fileOf(tool), attempts.get(tool.name)!));
  const float: MadeFile = { name: "float", path: prepared.model, cost: undefined, search: undefined };
  const rows = await measureFiles([float, ...made], prepared, options.budgetMs, world);
  return {
    model: each.model,
    testSamples: prepared.test.length,
    calibrationSamples: prepared.calibrationSamples,
    rows,
    failures: [...attempts].flatMap(([name, attempt]) => ("failure" in attempt ? { name, ...attempt } : [])),
    verdicts: judge(each, rows),
  };
}

interface MadeFile extends Pick<Row, "name" | "cost" | "search"> {
  readonly path: string;
}

function madeFile({ name, isOurs }: Tool, path: string, attempt: Attempt): readonly MadeFile[] {
  if ("failure" in attempt) return [];
  return [{ name, path, cost: attempt.cost, search: isOurs ? searchOf(attempt.output) : undefined }];
}

/** Of what pare printed with --json: what it tried and measured. */
function searchOf(output: string): SearchRecord | undefined {
  const { notes }: { notes: readonly { search?: SearchRecord }[] } = JSON.parse(output);
  return notes.find(({ search }) => search !== undefined)?.search;
}

async function measureFiles(
  files: readonly MadeFile[],
  prepared: PreparedCase,
  budgetMs: number,
  world: World,
): Promise<readonly Row[]> {
  const paths = files.map(({ path }) => path);
  const accuracies = await measureAccuracy(paths, prepared, world);
  const speeds = await measureSpeed(paths, prepared.sample, budgetMs, world);
  const rows: Row[] = [];
  for (const [i, { name, path, cost, search }] of files.entries()) {
    const integer = await integerShare(path, prepared.sample, world);
    const sizeBytes = statSync(path).size;
    rows.push({ name, accuracy: accuracies[i]!, speed: speeds[i]!, sizeBytes, integer, cost, search });
  }
  return rows;
}
