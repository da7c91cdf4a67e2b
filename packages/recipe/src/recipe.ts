import type { z } from "zod";
import type { augmentation, calibrationChoice, dataSource, inputTransform, splitShares } from "./data-schema.ts";
import type { EvaluateSpec } from "./evaluate-schema.ts";
import { type MeasureSpec, writtenMeasure } from "./measure-spec.ts";
import { kebabCase, renameKeys } from "./option-names.ts";

/** A recipe with every default written out. All of it plain data: it goes into YAML, JSON and digests as it is. */
export interface Recipe {
  readonly version: 1;
  readonly name: string;
  readonly seed: number;
  /** As written: relative to the recipe's folder, or "builtin:<name>". */
  readonly model: string;
  readonly data: {
    readonly train?: DataSource;
    readonly validation?: DataSource;
    readonly test?: DataSource;
    readonly split?: SplitShares;
    readonly calibration?: CalibrationChoice;
    readonly input?: InputSpec;
    /** Of training batches alone. */
    readonly augment?: AugmentSpec;
    /** Input of the model → field of the data. */
    readonly inputs?: Readonly<Record<string, string>>;
  };
  readonly evaluate: EvaluateSpec;
  readonly steps: readonly RecipeStep[];
  readonly measure: readonly MeasureSpec[];
  /** Conditions over what was measured; read when the run begins. */
  readonly gates: readonly string[];
}

export type DataSource = z.output<ReturnType<typeof dataSource>>;
export type SplitShares = z.output<typeof splitShares>;
export type CalibrationChoice = z.output<typeof calibrationChoice>;
export type AugmentSpec = z.output<typeof augmentation>;
export type InputSpec = z.output<typeof inputTransform>;

export interface RecipeStep {
  readonly pass: string;
  /** Patterns of what the pass may touch; empty: everything. */
  readonly only: readonly string[];
  /** Patterns of what it may not. */
  readonly except: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** The recipe as its author would write it with every default: what `pare plan` prints. It is a recipe again. */
export function writtenOut(recipe: Recipe): Record<string, unknown> {
  const { steps, data, ...rest } = recipe;
  return {
    version: rest.version,
    name: rest.name,
    seed: rest.seed,
    model: rest.model,
    ...(Object.keys(data).length > 0 && { data }),
    ...(rest.evaluate.metrics.length > 0 && { evaluate: rest.evaluate }),
    steps: steps.map(writtenStep),
    measure: rest.measure.map(writtenMeasure),
    ...(rest.gates.length > 0 && { gates: rest.gates }),
  };
}

function writtenStep(step: RecipeStep): unknown {
  const { pass } = step;
  const settings = writtenOptions(step);
  return Object.keys(settings).length === 0 ? pass : { [pass]: settings };
}

/** A step's options with its selection, by the names that recipes use. */
export function writtenOptions({ only, except, options }: RecipeStep): Record<string, unknown> {
  const selection = { ...(only.length > 0 && { only }), ...(except.length > 0 && { except }) };
  return { ...renameKeys(options, kebabCase), ...selection };
}
