import type { Model } from "@pare/ir";
import {
  type Engine,
  idlePatterns,
  type Note,
  type Progress,
  type Selection,
  selector,
  type Tensors,
  type Tools,
} from "@pare/pass";
import { portGrids } from "@pare/quantize";
import { floatPorts } from "../evaluate/float-ports.ts";

export interface World {
  readonly engine: Engine;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface ToolsOptions {
  readonly seed: number;
  readonly selection?: Selection;
  /** What passes may learn from data and machine; see `learningTools`. Default: nothing. */
  readonly learning?: Learning;
  /** See `Tools`. */
  readonly comparesResults?: boolean;
}

export interface Learning extends Pick<Tools, "data" | "bench" | "choices" | "original" | "model" | "training"> {
  /** The same, whose work also ends when `stop` aborts. */
  within?(stop: AbortSignal): Learning;
}

/** What a pass may ask for, given by the engine. @throws SELECT_PATTERN */
export function createTools(world: World, options: ToolsOptions): Tools {
  const { engine, progress, signal } = world;
  const { seed, selection = {}, learning = {}, comparesResults = true } = options;
  return {
    ...learning,
    within: (stop) => {
      const limited = learning.within?.(stop) ?? learning;
      return createTools(stoppedBy(world, stop), { ...options, learning: limited });
    },
    progress,
    signal,
    seed,
    comparesResults,
    selects: selector(selection),
    run: (model, cases) => runCases(engine, model, cases, signal),
  };
}

/** Its work also ends when `stop` aborts. */
export function stoppedBy(world: World, stop: AbortSignal): World {
  return { ...world, signal: AbortSignal.any([world.signal, stop]) };
}

/**
 * Optimizations of the runtime are off: they would round in ways that are not the model's own. A model with integer ports
 * that is given floats gives floats.
 */
async function runCases(engine: Engine, model: Model, cases: readonly Tensors[], signal: AbortSignal) {
  await using session = await engine.open(model, { optimize: "off", signal });
  const results: Tensors[] = [];
  const grids = portGrids(model);
  for (const inputs of cases) {
    const isAsDeclared = session.inputs.every(({ name, dtype }) => inputs.get(name)?.dtype === dtype);
    const runner = isAsDeclared ? session : floatPorts(session, grids);
    results.push(await runner.run(inputs, { signal }));
  }
  return results;
}

/** Empty lists of patterns mean: everything. */
export function selectionOf(only: readonly string[] = [], except: readonly string[] = []): Selection {
  return { ...(only.length > 0 && { only }), except };
}

/** Names in a step's `only` and `except` that nothing in its model has: what they are of may be gone by then. */
export function idleNotes(selection: Selection, model: Model): readonly Note[] {
  const subjects = idlePatterns(selection, [model]);
  if (subjects.length === 0) return [];
  const text = `only and except: nothing in this step's model is named ${subjects.map((each) => `"${each}"`).join(", ")}`;
  return [{ kind: "info", text, subjects }];
}

/** The same progress with a word in front. */
export function prefixed(progress: Progress, prefix: string): Progress {
  return { report: (task, ...rest) => progress.report(`${prefix}: ${task}`, ...rest) };
}
