import { join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Progress } from "@pare/pass";
import {
  type CheckedRecipe,
  checkLockInputs,
  checkLockOutput,
  claimRunFolder,
  digestOf,
  type Lock,
  openCache,
  type RunFolder,
  readLock,
  readRecipe,
  releaseRunFolder,
} from "@pare/recipe";
import type { GateRecord, RunRecord } from "@pare/report";
import { recipeCatalog } from "../catalog.ts";
import { withTargetFiles } from "../model/target-file.ts";
import { readRecordFile } from "../report/read-records.ts";
import { defaultCacheFolder } from "./cache-folder.ts";
import type { ModelPair } from "./evaluate.ts";
import { gatherFacts, type RunFacts } from "./facts.ts";
import { decideGates, readGates } from "./gates.ts";
import { measure } from "./measure.ts";
import { makeRecord, recordFile, writeReports, writeResult } from "./result.ts";
import { runSteps } from "./steps.ts";
import type { World } from "./tools.ts";

export interface RunOptions {
  /** Folder for the results; default "runs". Each run gets `<out>/<recipe's name>/<run id>/`. */
  readonly out?: string;
  /** Path of a lock file whose bytes this run must give. */
  readonly lock?: string;
  /** Path of the record of an earlier run, for gates on `base.`. */
  readonly base?: string;
  /** A gate that cannot be told counts as failed in junit.xml. Default false. */
  readonly strict?: boolean;
  /** What is changed of the recipe before it runs. */
  readonly revise?: (checked: CheckedRecipe) => CheckedRecipe;
  /** Default: `defaultCacheFolder()`. False: every step is done again. */
  readonly cacheFolder?: string | false;
  readonly cacheLimitBytes?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface RunOutcome {
  readonly record: RunRecord;
  /** Where model, record, reports and lock file are. */
  readonly folder: string;
  readonly resumed: boolean;
}

/** Does what a recipe says. @throws the faults of the recipe, its gates, the base, the model, the steps and the engine */
export async function runRecipe(file: string, options: RunOptions = {}): Promise<RunOutcome> {
  const { revise = (recipe) => recipe } = options;
  const checked = withTargetFiles(revise(readRecipe(file, recipeCatalog)));
  const gates = await readGates(checked);
  const base = options.base === undefined ? undefined : await readRecordFile(options.base);
  const lock = options.lock === undefined ? undefined : { lock: readLock(options.lock), file: options.lock };
  await using engine = createOnnxRuntimeEngine();
  // It loads while the data is being opened; who needs it first hears of a fault.
  engine.runtime().catch(() => {});
  const signal = options.signal ?? new AbortController().signal;
  const world: World = { engine, signal, progress: options.progress ?? { report: () => {} } };
  const facts = await gatherFacts(checked, engine);
  if (lock !== undefined) checkLockInputs(lock.lock, facts.lock, lock.file);
  const root = join(options.out ?? "runs", checked.recipe.name);
  const folder = await claimRunFolder(root, runDigest(facts), recordFile);
  const judge: Judge = (record) => decideGates(gates, record, base);
  try {
    return await runIn(folder, facts, world, { options, judge, lock });
  } catch (fault) {
    // Whoever asked hears of what went wrong first.
    await releaseRunFolder(folder).catch(() => {});
    throw fault;
  }
}

type Judge = (record: RunRecord) => Promise<readonly GateRecord[]>;

interface RunParts {
  readonly options: RunOptions;
  readonly judge: Judge;
  readonly lock: { readonly lock: Lock; readonly file: string } | undefined;
}

/** Runs of one digest are the same run: a rerun finds the folder of the one that was interrupted. */
function runDigest({ lock }: RunFacts): string {
  const { recipe: _, ...decisive } = lock;
  return digestOf(decisive);
}

async function runIn(
  folder: RunFolder,
  facts: RunFacts,
  world: World,
  { options, judge, lock }: RunParts,
): Promise<RunOutcome> {
  const startedAt = new Date();
  const began = performance.now();
  const cache = await openCache(cacheFolder(options, folder), options.cacheLimitBytes);
  const checkpoints = join(folder.path, ".parts", "checkpoints");
  const steps = await runSteps(facts, { cache, checkpoints }, world, lock);
  const result = await writeResult(folder, facts, steps);
  if (lock !== undefined) checkLockOutput(lock.lock, facts.lock, lock.file, result.files.sha256);
  const pair: ModelPair = { original: steps.original.path, result: result.path };
  const measured = await measure({ folder, facts, pair, world });
  const durationMs = performance.now() - began;
  const bare = makeRecord({ folder, facts, startedAt, durationMs, steps, result, ...measured });
  const record = { ...bare, gates: await judge(bare) };
  await writeReports(folder, facts, { record, choices: steps.choices, strict: options.strict ?? false });
  return { record, folder: folder.path, resumed: folder.resumed };
}

/** Without a cache the steps are kept in the run's folder until it is finished: an interrupted run continues still. */
function cacheFolder({ cacheFolder: given }: RunOptions, folder: RunFolder): string {
  if (given === false) return join(folder.path, ".parts", "cache");
  return given ?? defaultCacheFolder();
}
