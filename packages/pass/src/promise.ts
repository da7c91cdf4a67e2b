/**
 * Holds a pass to its promise by running the model before and after.
 *
 *   const probe = await probeModel(model, tools);
 *   await runPass(model, pass, options, tools, { check: (changed) => checkPromise(pass, probe, changed, tools) });
 *
 * exact: every output has the same bytes. rounding: outputs differ by at most 1e-5 of their largest value (a few steps
 * of their own for types coarser than that), NaN and infinities in the same places. lossy: the pass measures itself.
 */
import { allNodes, type Model } from "@pare/ir";
import { isNondeterministic, specOf } from "@pare/ops";
import { type DType, isFloat, numbers, sameBytes, type Tensor } from "@pare/tensor";
import type { Pass, Promised, Tensors, Tools } from "./contract.ts";
import { passPromiseError } from "./errors.ts";
import { type SampleCase, sampleCases, sizeChoices } from "./sample-inputs.ts";

export interface Probe {
  readonly cases: readonly (SampleCase & { readonly outputs: Tensors })[];
}

/**
 * Runs the model on sampled inputs: all cases, or those named. A string says why it cannot be: its inputs are unknown, it
 * draws random numbers.
 */
export async function probeModel(
  model: Model,
  tools: Pick<Tools, "run" | "seed">,
  names?: readonly string[],
): Promise<Probe | string> {
  for (const node of allNodes(model))
    if (isNondeterministic(node) && specOf(node.op) !== undefined)
      return `${node.type} gives other numbers in every run`;
  let refusal = "its inputs are not tensors of known type";
  for (const choose of sizeChoices) {
    const cases = sampleCases(model, tools.seed, choose)?.filter(({ name }) => names?.includes(name) ?? true);
    if (cases === undefined) return refusal;
    try {
      const outputs = await tools.run(model, inputsOf(cases));
      return { cases: cases.map((each, i) => ({ ...each, outputs: outputs[i]! })) };
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    }
  }
  return refusal;
}

function inputsOf(cases: readonly SampleCase[]): readonly Tensors[] {
  return cases.map(({ inputs }) => inputs);
}

/** @throws PASS_PROMISE naming the output and the difference */
export async function checkPromise(
  pass: Pick<Pass, "name" | "promise">,
  probe: Probe,
  changed: Model,
  tools: Pick<Tools, "run">,
): Promise<void> {
  const after = await tools.run(changed, inputsOf(probe.cases));
  for (const [i, { name, outputs }] of probe.cases.entries()) {
    const problem = brokenPromise(pass.promise, outputs, after[i]!);
    if (problem !== undefined) throw passPromiseError(pass.name, promiseText(pass.promise), `${problem} (${name})`);
  }
}

/** The largest `relativeDifference` of a floating-point output over all cases; infinite where anything else differs. */
export async function worstDifference(probe: Probe, changed: Model, tools: Pick<Tools, "run">): Promise<number> {
  let worst = 0;
  const after = await tools.run(changed, inputsOf(probe.cases));
  for (const [i, { outputs }] of probe.cases.entries()) {
    if (brokenPromise("lossy", outputs, after[i]!) !== undefined) return Number.POSITIVE_INFINITY;
    for (const [name, tensor] of outputs) {
      const other = after[i]!.get(name)!;
      if (sameBytes(tensor.source, other.source)) continue;
      worst = Math.max(worst, isFloat(tensor.dtype) ? relativeDifference(tensor, other) : Number.POSITIVE_INFINITY);
    }
  }
  return worst;
}

function promiseText(promised: Promised): string {
  return promised === "exact" ? "identical outputs" : "rounding-level change";
}

/**
 * What is wrong with `after`, as a sentence; undefined where the promise holds. `own`: how far the model's outputs move by
 * themselves, from one legal way of computing it to another: a rewrite may round as much as that.
 */
export function brokenPromise(promised: Promised, before: Tensors, after: Tensors, own = 0): string | undefined {
  for (const [name, tensor] of before) {
    const other = after.get(name);
    if (other === undefined) return `output "${name}" is gone`;
    if (tensor.dtype !== other.dtype || tensor.shape.join() !== other.shape.join())
      return `output "${name}" went from ${describe(tensor)} to ${describe(other)}`;
    if (promised === "lossy" || sameBytes(tensor.source, other.source)) continue;
    if (promised === "exact" || !isFloat(tensor.dtype)) return `output "${name}" changed`;
    const moved = relativeDifference(tensor, other);
    const limit = Math.max(roundingLimit(tensor.dtype), own);
    if (!(moved <= limit))
      return `output "${name}" moved by ${moved.toPrecision(2)} of its largest value (limit ${limit})`;
  }
  return undefined;
}

/** 1e-5, or four steps of a type that is coarser. */
export function roundingLimit(dtype: DType): number {
  if (dtype === "float16") return 4 * 2 ** -10;
  if (dtype === "bfloat16") return 4 * 2 ** -7;
  return dtype.startsWith("float8") ? 0.5 : 1e-5;
}

/** Below these, numbers have lost digits: a sigmoid of −100 is a handful of the smallest steps. */
const smallestNormal = { float16: 2 ** -14, float32: 2 ** -126 };

/**
 * max |a − b| / max |a| over finite elements; infinite where NaN or infinities stand in different places, and where
 * more than the smallest normal number comes out of zeros.
 */
export function relativeDifference(a: Tensor, b: Tensor): number {
  const x = numbers(a);
  const y = numbers(b);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [x[i]!, y[i]!];
    if (Object.is(u, v)) largest = Number.isFinite(u) ? Math.max(largest, Math.abs(u)) : largest;
    else if (!Number.isFinite(u) || !Number.isFinite(v)) return Number.POSITIVE_INFINITY;
    else {
      largest = Math.max(largest, Math.abs(u));
      difference = Math.max(difference, Math.abs(u - v));
    }
  }
  return difference < smallestNormal[a.dtype === "float16" ? "float16" : "float32"] ? 0 : difference / largest;
}

function describe(tensor: Tensor): string {
  return `${tensor.dtype}[${tensor.shape.join(", ")}]`;
}
