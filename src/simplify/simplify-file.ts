import { createOnnxRuntimeEngine, type OnnxRuntimeEngine } from "@pare/engine";
import { readModelFile, writeModel } from "@pare/formats";
import { countNodes, type Model } from "@pare/ir";
import { upgrade } from "@pare/opset";
import { type Note, type Progress, runPass } from "@pare/pass";
import { simplify } from "@pare/simplify";
import { createTools, selectionOf, type World } from "../run/tools.ts";
import { type CheckOutcome, checkLimitBytes, checkOutputs, filesBytes } from "./check.ts";

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

/** Simplifies a model file into another. Weights are not read into memory, whatever their size. */
export async function simplifyFile(file: string, out: string, options: SimplifyOptions = {}): Promise<SimplifiedFile> {
  const { force = false, externalData = false, progress = { report: () => {} } } = options;
  const signal = options.signal ?? new AbortController().signal;
  await using own = options.engine ? undefined : createOnnxRuntimeEngine();
  const world: World = { engine: options.engine ?? own!, progress, signal };
  const model = readModelFile(file);
  const nodesBefore = countNodes(model);
  const sizeBytesBefore = filesBytes(model, file);
  const notes = await change(model, options, world);
  const check = await decideCheck({ path: file, model }, sizeBytesBefore, options, world);
  const written = writeModel(model, out, { force, ...(externalData && { externalData: "always" }) });
  const sizeBytesAfter = written.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { file, out, nodesBefore, nodesAfter: countNodes(model), sizeBytesBefore, sizeBytesAfter, check, notes };
}

async function change(model: Model, options: SimplifyOptions, world: World): Promise<readonly Note[]> {
  const { opset, inputShapes = {} } = options;
  const tools = createTools(world, { seed: 0, selection: selectionOf(options.only, options.except) });
  const raised = opset === undefined ? [] : (await runPass(model, upgrade, { to: opset }, tools)).notes;
  return [...raised, ...(await runPass(model, simplify, { inputShapes }, tools)).notes];
}

async function decideCheck(
  { path, model }: { readonly path: string; readonly model: Model },
  sizeBytes: number,
  { check = "auto" }: SimplifyOptions,
  world: World,
): Promise<CheckOutcome> {
  if (check === "never") return { status: "skipped", reason: "it was not asked for" };
  if (check === "auto" && sizeBytes > checkLimitBytes)
    return { status: "skipped", reason: "the model is larger than 1 GB; --check does it all the same" };
  world.progress.report("compare outputs", 0, 0);
  return await checkOutputs(path, model, simplify.promise, world);
}
