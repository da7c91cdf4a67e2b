import { allNodes, type Model } from "@pare/ir";
import { specOf } from "@pare/ops";
import {
  brokenPromise,
  type Promised,
  relativeDifference,
  type SampleCase,
  type Session,
  sampleCases,
  sizeChoices,
  type Tensors,
} from "@pare/pass";
import { isFloat } from "@pare/tensor";
import type { World } from "../run/tools.ts";
import { outputsMovedError } from "./errors.ts";

/** Whether the outputs of the changed model were compared with those of the original, in ONNX Runtime. */
export type CheckOutcome =
  | { readonly status: "passed"; readonly cases: number; readonly remarks: readonly string[] }
  | { readonly status: "skipped"; readonly reason: string };

/** Models with more data than this are not run unless asked for: two copies of them would have to be in memory. */
export const checkLimitBytes = 1e9;

/**
 * Runs both models on zeros, extremes and seeded samples of the changed model's input shapes. Where the original cannot
 * be run there is nothing to compare with: that is said, not a fault.
 * @throws SIMPLIFY_CHECK where the outputs differ by more than the promise allows, or the changed model does not run
 */
export async function checkOutputs(
  path: string,
  changed: Model,
  promise: Promised,
  { engine, signal }: World,
): Promise<CheckOutcome> {
  const random = [...allNodes(changed)].find((node) => specOf(node.op)?.nondeterministic);
  if (random !== undefined) return { status: "skipped", reason: `${random.type} gives other numbers in every run` };
  const sessions: Session[] = [];
  const open: Open = async (model, optimize = "off") => {
    const session = await engine.open(model, { optimize, signal });
    sessions.push(session);
    return session;
  };
  try {
    return await openAndCompare(path, changed, promise, open, signal);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

type Open = (model: Model | { readonly path: string }, optimize?: "off" | "all") => Promise<Session>;

async function openAndCompare(
  path: string,
  changed: Model,
  promise: Promised,
  open: Open,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const reference = await open({ path }).catch(messageOf);
  signal.throwIfAborted();
  if (typeof reference === "string")
    return { status: "skipped", reason: `ONNX Runtime does not open the original: ${reference}` };
  const session = await open(changed).catch((error: unknown) => {
    signal.throwIfAborted();
    throw outputsMovedError(path, `ONNX Runtime does not open it: ${messageOf(error)}`);
  });
  const optimized = once(() => open({ path }, "all"));
  return await compareCases(path, changed, { promise, reference, session, optimized, signal });
}

interface Comparison {
  readonly promise: Promised;
  readonly reference: Session;
  readonly session: Session;
  /** The original with the runtime's own optimizations. */
  readonly optimized: () => Promise<Session>;
  readonly signal: AbortSignal;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Free sizes are tried out until the original runs. */
async function compareCases(path: string, changed: Model, comparison: Comparison): Promise<CheckOutcome> {
  let reason = "the types of its inputs are unknown";
  for (const choose of sizeChoices) {
    const cases = sampleCases(changed, 0, choose);
    if (cases === undefined) break;
    const outcome = await compareAll(path, cases, comparison);
    if (typeof outcome !== "string") return { status: "passed", cases: cases.length, remarks: outcome };
    reason = outcome;
  }
  return { status: "skipped", reason: `the original did not run: ${reason}` };
}

/** Remarks on the comparison; a string says why the original does not run on these inputs. @throws SIMPLIFY_CHECK */
async function compareAll(
  path: string,
  cases: readonly SampleCase[],
  comparison: Comparison,
): Promise<readonly string[] | string> {
  const { promise, reference, session, signal } = comparison;
  const remarks: string[] = [];
  for (const { name, inputs } of cases) {
    const expected = await reference.run(inputs, { signal }).catch(messageOf);
    signal.throwIfAborted();
    if (typeof expected === "string") return expected;
    const actual = await session.run(inputs, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw outputsMovedError(path, `it does not run on ${name}: ${messageOf(error)}`);
    });
    const problem = brokenPromise(promise, expected, actual);
    if (problem === undefined) continue;
    if (!(await isOwnRounding(inputs, expected, actual, comparison)))
      throw outputsMovedError(path, `${problem} (${name})`);
    remarks.push(`on ${name} ${problem}; ONNX Runtime's own optimizations of the original move it as much`);
  }
  return remarks;
}

/**
 * Some models blow rounding up on some inputs: a value that is zero but for rounding, normalized. What the runtime's own
 * optimizations, which are also no more than rounding, do to the original tells how much; four times that is let pass.
 */
async function isOwnRounding(
  inputs: Tensors,
  expected: Tensors,
  actual: Tensors,
  { promise, optimized, signal }: Comparison,
): Promise<boolean> {
  if (promise !== "rounding") return false;
  const session = await optimized();
  const other = await session.run(inputs, { signal });
  return [...expected].every(([name, tensor]) => {
    if (brokenPromise(promise, new Map([[name, tensor]]), actual) === undefined) return true;
    const [changed, moved] = [actual.get(name), other.get(name)];
    const isAlike = changed?.dtype === tensor.dtype && changed.shape.join() === tensor.shape.join();
    if (!isAlike || !isFloat(tensor.dtype) || moved === undefined) return false;
    return relativeDifference(tensor, changed) <= ownRoundingFactor * relativeDifference(tensor, moved);
  });
}

const ownRoundingFactor = 4;

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
