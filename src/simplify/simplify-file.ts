import { createOnnxRuntimeEngine, type OnnxRuntimeEngine } from "@pare/engine";
import { isPareError } from "@pare/error";
import { checkOutput, readModelFile, writeModel } from "@pare/formats";
import { countNodes, type Model } from "@pare/ir";
import { upgrade } from "@pare/opset";
import { checkPatterns, type Note, type Progress, type Promised, runPass } from "@pare/pass";
import { formatBytes } from "@pare/report";
import { simplify } from "@pare/simplify";
import { filesOf, sizeOf } from "../model/disk.ts";
import { createTools, selectionOf, type World } from "../run/tools.ts";
import { type CheckOutcome, checkLimitBytes, checkOutputs } from "./check.ts";
import { largestValue } from "./largest-value.ts";

export interface SimplifyOptions {
  /** Sizes of inputs, by their names. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Also raise the model to this opset, first. */
  readonly opset?: number;
  /** Patterns of what may be touched; default everything. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** "auto" (default): compare outputs up to 1 GB of data. */
  readonly check?: "auto" | "always" | "never";
  /** Replace files that exist. Default false. */
  readonly force?: boolean;
  /** Write the weights to a file of their own. Default: where they were. */
  readonly externalData?: boolean;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Default: one of its own, ended afterwards. */
  readonly engine?: OnnxRuntimeEngine;
}

export interface SimplifiedFile {
  readonly file: string;
  readonly out: string;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly sizeBytesBefore: number;
  readonly sizeBytesAfter: number;
  readonly check: CheckOutcome;
  readonly notes: readonly Note[];
}

/**
 * Simplifies a model file into another. Weights are not read into memory, whatever their size. Where the outputs move by
 * more than rounding, only the rewrites that keep every bit are done.
 * @throws the faults of the file, INPUT_SHAPE, those of `checkOutput`, SELECT_NOTHING; SIMPLIFY_CHECK where even those move an output
 */
export async function simplifyFile(file: string, out: string, options: SimplifyOptions = {}): Promise<SimplifiedFile> {
  const { force = false, externalData = false, progress = { report: () => {} } } = options;
  const signal = options.signal ?? new AbortController().signal;
  await using own = options.engine ? undefined : createOnnxRuntimeEngine();
  const world: World = { engine: options.engine ?? own!, progress, signal };
  const original = readModelFile(file);
  checkOutput(original, out, { force });
  checkPatterns(selectionOf(options.only, options.except), [original]);
  const before = { nodesBefore: countNodes(original), sizeBytesBefore: sizeOf(filesOf(original, file)) };
  const { model, notes, check } = await changeChecked(file, original, before.sizeBytesBefore, options, world);
  const written = writeModel(model, out, { force, ...(externalData && { externalData: "always" }) });
  const sizeBytesAfter = written.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { file, out, ...before, nodesAfter: countNodes(model), sizeBytesAfter, check, notes };
}

interface Changed {
  readonly model: Model;
  readonly notes: readonly Note[];
  readonly check: CheckOutcome;
}

async function changeChecked(
  path: string,
  model: Model,
  sizeBytes: number,
  options: SimplifyOptions,
  world: World,
): Promise<Changed> {
  try {
    const notes = await change(model, options, world, false);
    return { model, notes, check: await decideCheck(path, model, simplify.promise, sizeBytes, options, world) };
  } catch (error) {
    if (!isPareError(error) || error.fault.code !== "SIMPLIFY_CHECK" || options.opset !== undefined) throw error;
    const again = readModelFile(path);
    const left: Note = { kind: "left", text: `everything that rounds: ${error.fault.problem}` };
    const notes = [left, ...(await change(again, options, world, true))];
    return { model: again, notes, check: await decideCheck(path, again, "exact", sizeBytes, options, world) };
  }
}

async function change(
  model: Model,
  options: SimplifyOptions,
  world: World,
  exactOnly: boolean,
): Promise<readonly Note[]> {
  const { opset, inputShapes = {} } = options;
  const tools = createTools(world, { seed: 0, selection: selectionOf(options.only, options.except) });
  const raised = opset === undefined ? [] : (await runPass(model, upgrade, { to: opset }, tools)).notes;
  return [...raised, ...(await runPass(model, simplify, { inputShapes, exactOnly }, tools)).notes];
}

async function decideCheck(
  path: string,
  model: Model,
  promise: Promised,
  sizeBytes: number,
  { check = "auto" }: SimplifyOptions,
  world: World,
): Promise<CheckOutcome> {
  if (check === "never") return { status: "skipped", reason: "it was not asked for" };
  if (check === "auto" && sizeBytes > checkLimitBytes)
    return { status: "skipped", reason: "the model is larger than 1 GB; --check does it all the same" };
  const value = check === "auto" ? largestValue(model) : undefined;
  if (value !== undefined && value.sizeBytes > checkLimitBytes)
    return {
      status: "skipped",
      reason: `"${value.name}" alone takes ${formatBytes(value.sizeBytes)} in a run; --check does it all the same`,
    };
  world.progress.report("compare outputs", 0, 0);
  return await checkOutputs(path, model, promise, world);
}
