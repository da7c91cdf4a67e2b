/**
 * Runs a pass on a model:
 * 1. options are checked before anything is touched;
 * 2. everything happens under savepoints, of the main graph and of every function's body;
 * 3. afterwards the whole model is verified, and `check` (a promise check, say) is asked;
 * 4. whatever throws, the model is as it was before.
 */
import { countNodes, type Model, type Savepoint, verifyModel } from "@pare/ir";
import type { Note, Pass, PassResult, Tools } from "./contract.ts";
import { passOptionsError } from "./errors.ts";

export interface PassRun {
  readonly pass: string;
  readonly notes: readonly Note[];
  /** The model that was given, changed, or the one that took its place. */
  readonly model: Model;
  /** Labels of the edits, in order: which parts of the pass changed anything. */
  readonly edits: readonly string[];
  /** Main graph, subgraphs and functions together. */
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly durationMs: number;
}

export interface RunnerOptions {
  /** Throws where the changed model is not acceptable: it is restored then. */
  readonly check?: (model: Model) => Promise<void>;
}

/** @throws PASS_OPTIONS, GRAPH_INVALID, and whatever the pass or `check` throws; the model is restored */
export async function runPass<Options>(
  model: Model,
  pass: Pass<Options>,
  options: unknown,
  tools: Tools,
  { check }: RunnerOptions = {},
): Promise<PassRun> {
  const parsed = parseOptions(pass, options);
  const nodesBefore = countNodes(model);
  const began = performance.now();
  const savepoint = modelSavepoint(model);
  try {
    tools.signal.throwIfAborted();
    const { notes, model: result } = outcome(model, await pass.run(model, parsed, tools));
    verifyModel(result);
    await check?.(result);
    const edits = savepoint.labels;
    savepoint.release();
    const durationMs = performance.now() - began;
    return { pass: pass.name, notes, model: result, edits, nodesBefore, nodesAfter: countNodes(result), durationMs };
  } catch (error) {
    savepoint.rollback();
    throw error;
  }
}

function outcome(given: Model, result: PassResult): { readonly notes: readonly Note[]; readonly model: Model } {
  return "model" in result ? result : { notes: result, model: given };
}

/** A point to go back to for the main graph, the functions' bodies and what is not in a graph. */
export function modelSavepoint(model: Model): Savepoint {
  const savepoints = [model.graph, ...model.functions.map((each) => each.body)].map((graph) => graph.savepoint());
  return {
    rollback: () => {
      for (const savepoint of savepoints) savepoint.rollback();
    },
    release: () => {
      for (const savepoint of savepoints) savepoint.release();
    },
    get labels() {
      return [...new Set(savepoints.flatMap((savepoint) => savepoint.labels))];
    },
  };
}

/** @throws PASS_OPTIONS with the first problem */
export function parseOptions<Options>(pass: Pass<Options>, options: unknown): Options {
  const result = pass.options.safeParse(options ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.length > 0 ? `option "${asWritten(issue.path)}": ` : "";
  throw passOptionsError(pass.name, place + lowerFirst(issue.message));
}

/** As users write options: `max-fold-bytes` for `maxFoldBytes`. */
function asWritten(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join(".");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
