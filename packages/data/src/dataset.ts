import { createHash } from "node:crypto";
import type { Tensor } from "@pare/tensor";
import { sampleIndexError } from "./errors.ts";

/** What a model should say of a sample. */
export type Target =
  /** Index into the data set's `classes`. */
  | { readonly kind: "class"; readonly index: number }
  /** Regression: one value or several. */
  | { readonly kind: "values"; readonly values: Float64Array }
  /** The next token at every position; −1 is not counted. `characters`: of the text that they stand for; default one each. */
  | { readonly kind: "tokens"; readonly ids: Int32Array; readonly characters?: number };

export interface Sample {
  /** Stable: a path inside an archive, a row number. */
  readonly id: string;
  /**
   * By name, without a batch axis and before scaling: "image" uint8 [height, width, channels] in the order red green
   * blue, "x" float32 [columns], "ids" and "mask" int64 [length].
   */
  readonly fields: ReadonlyMap<string, Tensor>;
  /** Undefined where the data has no labels. */
  readonly target: Target | undefined;
}

export interface Skipped {
  readonly id: string;
  readonly reason: string;
}

/** What a reader of results on a data set has to know of how its samples were made: one sentence, without its full stop. */
export interface DatasetNote {
  readonly text: string;
  /** Of what it speaks of. */
  readonly count?: number;
  /** Ids of the first samples concerned. */
  readonly examples?: readonly string[];
}

/** Samples in a fixed order. Sample i is always the same. */
export interface Dataset {
  readonly name: string;
  readonly length: number;
  /** Names of the classes; empty where targets are no classes. */
  readonly classes: readonly string[];
  /** The names that every sample's `fields` has. */
  readonly fields: readonly string[];
  /** @throws DATA_INDEX outside 0 … length − 1 */
  sample(index: number): Sample | Promise<Sample>;
  /** The sample's target without the sample, where that is known. */
  targetOf?(index: number): Target | undefined;
  /** Samples of one group are never divided between splits: pictures of one patient, sentences of one author. */
  groupOf?(index: number): string;
  /** The sample's id, and a hash of it as it is stored, where they are known without making it. */
  stored?(index: number): { readonly id: string; readonly hash: string };
  /** What was left out because it cannot be read. */
  readonly skipped?: readonly Skipped[];
  /** Found when it is asked for. */
  notes?(): readonly DatasetNote[];
  /** Names the content: two data sets with the same digest hold the same samples. For cache keys and records. */
  digest(): Promise<string>;
}

export function classTarget(index: number): Target {
  return { kind: "class", index };
}

/** The class's index; −1 where there is no target or it is no class. */
export function classOf(target: Target | undefined): number {
  return target?.kind === "class" ? target.index : -1;
}

export function checkIndex(name: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) throw sampleIndexError(name, index, length);
}

/** The samples of these indices, in this order. `name` says which part of the data set they are. */
export function subset(dataset: Dataset, indices: readonly number[], part: string): Dataset {
  const name = `${dataset.name} (${part})`;
  const { targetOf, stored, skipped, notes } = dataset;
  return {
    name,
    length: indices.length,
    classes: dataset.classes,
    fields: dataset.fields,
    ...(targetOf && { targetOf: (index: number) => targetOf(indices[index]!) }),
    ...(stored && { stored: (index: number) => stored(indices[index]!) }),
    ...(skipped && { skipped }),
    ...(notes && { notes: () => notes() }),
    sample(index) {
      checkIndex(name, index, indices.length);
      return dataset.sample(indices[index]!);
    },
    async digest() {
      const list = createHash("sha256").update(Float64Array.from(indices)).digest("hex");
      return `${await dataset.digest()}:${list}`;
    },
  };
}

/** Samples `start` (included) to `end` (excluded; default: the last) as a data set of their own. */
export function sliceDataset(dataset: Dataset, start: number, end = dataset.length): Dataset {
  const length = Math.max(0, Math.min(end, dataset.length) - start);
  const name = `${dataset.name}[${start}:${start + length}]`;
  return {
    name,
    length,
    classes: dataset.classes,
    fields: dataset.fields,
    sample(index) {
      checkIndex(name, index, length);
      return dataset.sample(start + index);
    },
    digest: async () => `${await dataset.digest()}[${start}:${start + length}]`,
  };
}
