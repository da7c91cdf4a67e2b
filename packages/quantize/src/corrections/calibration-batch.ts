import type { Model } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import type { PassData, Tensors } from "@pare/pass";
import { byteSize, makeTensor, tensorBytes } from "@pare/tensor";

/** Activations of one batch, and the batch itself, take about so much. */
const batchBytes = 256 * 1024 * 1024;

/** Calibration samples in one batch, and the models that take it. */
export interface CalibrationBatch {
  readonly batch: Tensors;
  readonly samples: number;
  /** Copies with a free batch where the files fix it, else the models themselves. */
  readonly model: Model;
  readonly original: Model;
}

/**
 * As many of `samples` as memory allows, in one batch. Undefined where there are none, or where one of the models does
 * not take many at once.
 */
export async function calibrationBatch(
  model: Model,
  original: Model,
  data: PassData,
  samples: number,
): Promise<CalibrationBatch | undefined> {
  const [first] = await taken(data, 1);
  if (first === undefined) return undefined;
  const count = Math.max(1, Math.min(samples, Math.floor(batchBytes / (3 * largestSampleBytes(original, first)))));
  const many = { model: await data.manyAtOnce(model), original: await data.manyAtOnce(original) };
  if (many.model === undefined || many.original === undefined) return undefined;
  const batch = joined(await taken(data, count));
  return { batch, samples: sizeOf(batch), model: many.model, original: many.original };
}

/** Batches that hold `count` samples together; a model with a fixed batch gives them in several. */
async function taken(data: PassData, count: number): Promise<readonly Tensors[]> {
  const found: Tensors[] = [];
  for await (const batch of data.batches({ batch: count, samples: count })) found.push(batch);
  return found;
}

function sizeOf(batch: Tensors): number {
  return [...batch.values()].find(({ shape }) => shape.length > 0)?.shape[0] ?? 1;
}

function joined(batches: readonly Tensors[]): Tensors {
  const [first] = batches;
  if (first === undefined || batches.length === 1) return first ?? new Map();
  return new Map(
    [...first].map(([name, { dtype, shape }]) => {
      const parts = batches.map((batch) => tensorBytes(batch.get(name)!));
      const rows = batches.length * (shape[0] ?? 1);
      return [name, makeTensor(dtype, [rows, ...shape.slice(1)], Buffer.concat(parts))];
    }),
  );
}

/** Bytes of the largest value that is computed for one sample. */
function largestSampleBytes(model: Model, sample: Tensors): number {
  const rows = sizeOf(sample);
  const inputShapes = new Map([...sample].map(([name, { shape }]) => [name, shape]));
  const { type } = inferTypes(model, { inputShapes });
  let most = 1;
  for (const value of model.graph.values) {
    const shape = value.origin.kind === "constant" ? undefined : shapeOf(type(value));
    const elements = shape?.reduce<number>((product, size) => product * (typeof size === "number" ? size : 1), 1);
    most = Math.max(most, (byteSize("float32", elements ?? 1) ?? 1) / rows);
  }
  return most;
}
