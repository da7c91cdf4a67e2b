import type { Dataset } from "@pare/data";
import type { Model } from "@pare/ir";
import { type DatasetFeeds, datasetFeeds } from "@pare/measure";
import { dtypeOf, shapeOf } from "@pare/ops";
import { type PortInfo, requiredInputs, type Tensors } from "@pare/pass";
import { portGrids } from "@pare/quantize";
import { makeTensor, tensorBytes } from "@pare/tensor";
import { transformOf } from "../run/data.ts";
import type { LearningData } from "./learning-data.ts";

/** Samples of a data set as a recipe prepares and binds them. */
export function feedsOf(dataset: Dataset, { recipe }: Pick<LearningData, "recipe">, batch?: number): DatasetFeeds {
  const { inputs } = recipe.data;
  return datasetFeeds(dataset, {
    transform: transformOf(recipe),
    ...(batch !== undefined && { batch }),
    ...(inputs !== undefined && { inputs }),
  });
}

/** What a session would say of a model's inputs; those that are codes are float32, see `floatPorts`. */
export function portsOf(model: Model): readonly PortInfo[] {
  const grids = portGrids(model);
  return requiredInputs(model).map(({ name, type }) => ({
    name,
    dtype: grids.has(name) ? "float32" : (dtypeOf(type) ?? "non-tensor"),
    shape: (shapeOf(type) ?? []).map((size) => size ?? -1),
  }));
}

/** Whether the inputs say that a run may have any number of samples. */
export function leavesBatchFree(model: Model): boolean {
  return portsOf(model).every(({ shape: [first] }) => typeof first !== "number" || first < 0);
}

/** The model's inputs with the shape of one sample; free sizes are those of the first sample. */
export async function samplePorts(model: Model, data: LearningData): Promise<readonly PortInfo[]> {
  const ports = portsOf(model);
  const isKnown = ({ shape }: PortInfo) => shape.length > 0 && shape.slice(1).every((size) => typeof size === "number");
  if (ports.every(isKnown)) return ports.map((port) => ({ ...port, shape: [1, ...port.shape.slice(1)] }));
  for await (const { inputs } of feedsOf(data.calibration, data, 1).feeds([{ inputs: ports }]))
    return ports.map((port) => ({ ...port, shape: [1, ...(inputs.get(port.name)?.shape.slice(1) ?? [])] }));
  return ports;
}

/**
 * Calibration samples as inputs of the model. A batch that the model has fixed stays, the last one filled up.
 * @param options.batch at most so many samples at once, 1 where the model takes no more; default: see `DatasetFeedOptions`
 */
export async function* calibrationBatches(
  model: Model,
  data: LearningData,
  { batch, samples = data.calibration.length }: { readonly batch?: number; readonly samples?: number } = {},
): AsyncGenerator<Tensors> {
  const ports = portsOf(model);
  const isFixed = ports.some(({ shape }) => typeof shape[0] === "number" && shape[0] > 0);
  let left = Math.min(samples, data.calibration.length);
  for await (const { inputs, targets } of feedsOf(data.calibration, data, batch).feeds([{ inputs: ports }])) {
    const count = Math.min(targets.length, left);
    yield new Map([...inputs].map(([name, tensor]) => [name, firstRows(tensor, isFixed ? undefined : count)]));
    left -= count;
    if (left <= 0) return;
  }
}

/** A copy: feeds are written over. */
function firstRows(tensor: ReturnType<typeof makeTensor>, rows: number | undefined) {
  const { dtype, shape } = tensor;
  const bytes = tensorBytes(tensor);
  if (rows === undefined || shape.length === 0 || shape[0] === rows) return makeTensor(dtype, shape, bytes.slice());
  const rowBytes = bytes.length / shape[0]!;
  return makeTensor(dtype, [rows, ...shape.slice(1)], bytes.slice(0, rows * rowBytes));
}
