/**
 * IDX, the format of MNIST: two zero bytes, a type, the number of axes, the sizes (big-endian), the elements. Here uint8
 * images [samples, height, width] or [samples, height, width, channels], and labels [samples].
 */
import { basename } from "node:path";
import { type ByteSource, elementCount, makeTensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset } from "../dataset.ts";
import { arrayFileError, oneClassArrayError } from "../errors.ts";
import { digestBytes } from "../files/digest-bytes.ts";
import { openBytes } from "../files/open-bytes.ts";

export interface IdxOptions {
  /** File of the images; .gz too. */
  readonly images: string;
  /** Without it, samples have no labels. */
  readonly labels?: string;
}

const typeUint8 = 8;

/** Field "image": uint8 [height, width, channels]. @throws DATA_MISSING, DATA_ARRAY, DATA_ARCHIVE */
export async function idxImages({ images: path, labels: labelPath }: IdxOptions): Promise<Dataset> {
  const images = await openIdx(path);
  const [length = 0, height = 0, width = 0, channels = 1, ...more] = images.shape;
  if (images.shape.length < 3 || more.length > 0)
    throw arrayFileError(path, "these are no images", "[samples, height, width]", `[${images.shape.join(", ")}]`);
  const labels = labelPath === undefined ? undefined : await openIdx(labelPath);
  if (labels !== undefined && (labels.shape.length !== 1 || labels.shape[0] !== length))
    throw arrayFileError(labelPath!, "these are not the images' labels", `[${length}]`, `[${labels.shape.join(", ")}]`);
  const classOfSample = labels?.source.read(labels.start, length);
  if (classOfSample?.every((label) => label === classOfSample[0]))
    throw oneClassArrayError(labelPath!, classOfSample[0]);
  const classes = Array.from({ length: classOfSample ? Math.max(...classOfSample) + 1 : 0 }, (_, i) => `${i}`);
  const size = height * width * channels;
  const name = basename(path);
  return {
    name,
    length,
    classes,
    fields: ["image"],
    sample(index) {
      checkIndex(name, index, length);
      const pixels = images.source.read(images.start + index * size, size);
      return {
        id: `${index}`,
        fields: new Map([["image", makeTensor("uint8", [height, width, channels], pixels)]]),
        target: classOfSample && classTarget(classOfSample[index]!),
      };
    },
    digest: async () => digestBytes(labels === undefined ? [images.source] : [images.source, labels.source], "idx"),
  };
}

interface IdxFile {
  readonly source: ByteSource;
  readonly shape: readonly number[];
  /** Byte of the first element. */
  readonly start: number;
}

async function openIdx(path: string): Promise<IdxFile> {
  const source = await openBytes(path);
  const head = source.size < 4 ? new Uint8Array(4) : source.read(0, 4);
  const [zero, zeroToo, type, axes] = head as unknown as readonly [number, number, number, number];
  const start = 4 + 4 * axes;
  if (zero !== 0 || zeroToo !== 0 || type !== typeUint8 || axes < 1 || axes > 4 || source.size < start)
    throw arrayFileError(path, "this is no IDX file of bytes", "00 00 08 and the number of axes", hex(head));
  const sizes = source.read(4, 4 * axes);
  const view = new DataView(sizes.buffer, sizes.byteOffset, sizes.byteLength);
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 * i));
  const expected = start + elementCount(shape);
  if (source.size !== expected)
    throw arrayFileError(path, "the file does not have the size that it states", `${expected} bytes`, `${source.size}`);
  return { source, shape, start };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
