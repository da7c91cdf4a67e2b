import { statSync } from "node:fs";
import { allNodes, type Model } from "@pare/ir";
import { specOf } from "@pare/ops";
import { brokenPromise, type Promised, type SampleCase, type Session, sampleCases, sizeChoices } from "@pare/pass";
import { externalFiles } from "../model/external-files.ts";
import type { World } from "../run/tools.ts";
import { outputsMovedError } from "./errors.ts";

/** Whether the outputs of the changed model were compared with those of the original, in ONNX Runtime. */
export type CheckOutcome =
  | { readonly status: "passed"; readonly cases: number }
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
  let before: Session;
  try {
    before = await engine.open({ path: path }, { optimize: "off", signal });
  } catch (error) {
    signal.throwIfAborted();
    return { status: "skipped", reason: `ONNX Runtime does not open the original: ${messageOf(error)}` };
  }
  await using reference = before;
  await using session = await engine.open(changed, { optimize: "off", signal }).catch((error: unknown) => {
    throw outputsMovedError(path, `ONNX Runtime does not open it: ${messageOf(error)}`);
  });
  return await compareCases(path, changed, promise, { reference, session, signal });
}

interface Pair {
  readonly reference: Session;
  readonly session: Session;
  readonly signal: AbortSignal;
}

/** Free sizes are tried out until the original runs. */
async function compareCases(path: string, changed: Model, promise: Promised, pair: Pair): Promise<CheckOutcome> {
  let reason = "the types of its inputs are unknown";
  for (const choose of sizeChoices) {
    const cases = sampleCases(changed, 0, choose);
    if (cases === undefined) break;
    const refusal = await compareAll(path, cases, promise, pair);
    if (refusal === undefined) return { status: "passed", cases: cases.length };
    reason = refusal;
  }
  return { status: "skipped", reason: `the original did not run: ${reason}` };
}

/** Why the original does not run on these inputs; undefined where all outputs agree. @throws SIMPLIFY_CHECK */
async function compareAll(
  path: string,
  cases: readonly SampleCase[],
  promise: Promised,
  { reference, session, signal }: Pair,
): Promise<string | undefined> {
  for (const { name, inputs } of cases) {
    const expected = await reference.run(inputs, { signal }).catch(messageOf);
    signal.throwIfAborted();
    if (typeof expected === "string") return expected;
    const actual = await session.run(inputs, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw outputsMovedError(path, `it does not run on ${name}: ${messageOf(error)}`);
    });
    const problem = brokenPromise(promise, expected, actual);
    if (problem !== undefined) throw outputsMovedError(path, `${problem} (${name})`);
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

/** Bytes of a model's files: what running it takes at least. */
export function filesBytes(model: Model, path: string): number {
  return [path, ...externalFiles(model, path)].reduce((sum, file) => sum + statSync(file).size, 0);
}
