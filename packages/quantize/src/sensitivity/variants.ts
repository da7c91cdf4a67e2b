import type { PassData, Tensors, Tools } from "@pare/pass";
import { type ErrorUnit, errorUnit, floatOutputs, type Outputs, outputError } from "./output-error.ts";
import type { SwitchedModel } from "./switched-model.ts";

/** Variants of a switched model, run on the same samples. */
export interface Variants {
  readonly samples: number;
  readonly unit: ErrorUnit;
  /** Variants that can still be measured in the time, at least 3. */
  readonly runs: number;
  /** For each list of groups: how far the outputs move when these are integer and all others float. */
  measure(on: readonly (readonly number[])[]): Promise<readonly number[]>;
}

export interface VariantLimits {
  readonly samples: number;
  readonly budgetMs: number;
}

/** Samples that the first look takes, and the fewest that are used. */
const fewest = 8;
const leastRuns = 3;
/** Outputs of all variants that are looked at together take at most so much, those of one so much. */
const outputBytes = 64 * 1024 * 1024;

/** Runs the float variant to see what time and memory allow. */
export async function probeVariants(
  switched: SwitchedModel,
  tools: Tools & { readonly data: PassData },
  { samples, budgetMs }: VariantLimits,
): Promise<Variants> {
  const began = performance.now();
  const few = await collect(tools.data, Math.min(fewest, samples));
  const float = casesOf(switched, few, []);
  await tools.run(switched.model, float);
  const warm = performance.now();
  const looked = await tools.run(switched.model, float);
  const sampleMs = Math.max(0.01, (performance.now() - warm) / few.samples);
  const sampleBytes = looked.reduce((sum, outputs) => sum + sizeOf(outputs), 0) / few.samples;
  const wanted = Math.min(
    samples,
    Math.floor(outputBytes / sampleBytes),
    Math.floor(budgetMs / sampleMs / (switched.groups.length + 2)),
  );
  const chosen = await collect(tools.data, Math.max(few.samples, wanted));
  const reference = (await tools.run(switched.model, casesOf(switched, chosen, []))).map(floatOutputs);
  const unit = errorUnit(reference[0] ?? new Map());
  const left = budgetMs - (performance.now() - began);
  const runMs = sampleMs * chosen.samples;
  return {
    samples: chosen.samples,
    unit,
    runs: Math.max(leastRuns, Math.floor(left / runMs) - 1),
    measure: (on) => measure(switched, chosen, on, { tools, reference, unit }),
  };
}

interface Measuring {
  readonly tools: Tools;
  readonly reference: readonly Outputs[];
  readonly unit: ErrorUnit;
}

/** The model is loaded anew for so many variants as have outputs that fit into memory. */
async function measure(
  switched: SwitchedModel,
  samples: Samples,
  on: readonly (readonly number[])[],
  { tools, reference, unit }: Measuring,
): Promise<readonly number[]> {
  const bytes = reference.reduce((sum, outputs) => sum + 8 * elementsOf(outputs), 1);
  const together = Math.max(1, Math.min(32, Math.floor(outputBytes / bytes)));
  const errors: number[] = [];
  for (let start = 0; start < on.length; start += together) {
    tools.progress.report("ranking groups", start, on.length);
    const some = on.slice(start, start + together);
    const cases = some.flatMap((groups) => casesOf(switched, samples, groups));
    const outputs = await tools.run(switched.model, cases);
    for (let i = 0; i < some.length; i++) {
      const own = outputs.slice(i * reference.length, (i + 1) * reference.length);
      errors.push(outputError(reference, own.map(floatOutputs), unit));
    }
  }
  return errors;
}

interface Samples {
  readonly batches: readonly Tensors[];
  readonly samples: number;
}

async function collect(data: PassData, samples: number): Promise<Samples> {
  const batches: Tensors[] = [];
  for await (const batch of data.batches({ batch: Math.min(32, samples), samples })) batches.push(batch);
  return { batches, samples: Math.min(samples, data.calibrationSamples) };
}

function casesOf({ input, switches }: SwitchedModel, { batches }: Samples, on: readonly number[]): readonly Tensors[] {
  const state = switches(new Set(on));
  return batches.map((batch) => new Map([...batch, [input, state]]));
}

function sizeOf(outputs: Tensors): number {
  return [...outputs.values()].reduce((sum, { source }) => sum + source.size, 0);
}

function elementsOf(outputs: Outputs): number {
  return [...outputs.values()].reduce((sum, { values }) => sum + values.length, 0);
}
