import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import { isImage } from "../batches.ts";
import type { Dataset } from "../dataset.ts";
import { imageError } from "../errors.ts";
import { type Geometry, isPlain, shapeImage } from "./geometry.ts";

/** A data set whose images are resized and cropped when they are read. Fields that are no images stay as they are. */
export function shapedDataset(dataset: Dataset, geometry: Geometry): Dataset {
  if (isPlain(geometry)) return dataset;
  return {
    ...dataset,
    async sample(index) {
      const sample = await dataset.sample(index);
      try {
        const fields = [...sample.fields].map(([name, tensor]) => [name, shapeTensor(tensor, geometry)] as const);
        return { ...sample, fields: new Map(fields) };
      } catch (cause) {
        throw imageError(`sample ${sample.id} of ${dataset.name}`, cause);
      }
    },
    digest: async () => `${await dataset.digest()}:${JSON.stringify(geometry)}`,
  };
}

function shapeTensor(tensor: Tensor, geometry: Geometry): Tensor {
  const [height = 0, width = 0, channels] = tensor.shape;
  if (!isImage(tensor) || (channels !== 1 && channels !== 3)) return tensor;
  const shaped = shapeImage({ height, width, channels, data: tensorBytes(tensor) }, geometry);
  return makeTensor("uint8", [shaped.height, shaped.width, shaped.channels], shaped.data);
}
