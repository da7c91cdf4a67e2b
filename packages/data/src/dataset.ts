import type { Tensor } from "@pare/tensor";
import { sampleIndexError } from "./errors.ts";

/** One labelled thing. */
export interface Sample {
  /** As stored, without a batch axis and before any transform: an image is uint8 [height, width, channels]. */
  readonly input: Tensor;
  /** Index into the data set's `classes`. */
  readonly label: number;
}

/** Samples in a fixed order. Sample i is always the same. */
export interface Dataset {
  readonly name: string;
  readonly length: number;
  readonly classes: readonly string[];
  /** @throws DATA_INDEX outside 0 … length − 1 */
  sample(index: number): Sample | Promise<Sample>;
  /** Names the content: two data sets with the same digest hold the same samples. For cache keys and records. */
  digest(): Promise<string>;
}

export function checkIndex(name: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) throw sampleIndexError(name, index, length);
}

/** Samples `start` (included) to `end` (excluded; default: the last) as a data set of their own. */
export function sliceDataset(dataset: Dataset, start: number, end = dataset.length): Dataset {
  const length = Math.max(0, Math.min(end, dataset.length) - start);
  const name = `${dataset.name}[${start}:${start + length}]`;
  return {
    name,
    length,
    classes: dataset.classes,
    sample(index) {
      checkIndex(name, index, length);
      return dataset.sample(start + index);
    },
    digest: async () => `${await dataset.digest()}[${start}:${start + length}]`,
  };
}
