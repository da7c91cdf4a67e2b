/**
 * A data set whose samples are decoded once and not in every epoch: their bytes stay in a file without a name, read back
 * where a sample's fields are. The system's cache holds that file as far as there is memory that nobody else wants
 * (where temporary files are in memory themselves, it is as if they were kept there).
 *
 * First come, first kept: beyond the bound, and where temporary files have no room, samples are made anew each time.
 */
import { bufferCollector, type DType, makeTensor, SliceSource, type Tensor, tensorBytes } from "@pare/tensor";
import type { Dataset, Sample } from "./dataset.ts";
import { temporaryBytesFree, UnnamedFile } from "./files/unnamed-file.ts";

interface Field {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

interface Place {
  readonly file: UnnamedFile;
  readonly offset: number;
}

interface Kept extends Pick<Sample, "id" | "target">, Place {
  /** One object for all samples that are alike. */
  readonly fields: readonly Field[];
}

/** @param mostBytes of all kept samples' fields together */
export function keepDecoded(dataset: Dataset, mostBytes: number): Dataset {
  const kept: (Kept | undefined)[] = new Array(dataset.length).fill(undefined);
  const place = boundedFile(mostBytes);
  const letGo = bufferCollector();
  const layouts = new Map<string, readonly Field[]>();
  const keep = ({ id, target, fields }: Sample): Kept | undefined => {
    const at = place([...fields.values()].map(tensorBytes));
    if (at === undefined) return undefined;
    const layout = [...fields].map(([name, { dtype, shape, source }]) => ({ name, dtype, shape, bytes: source.size }));
    const key = JSON.stringify(layout);
    const shared = layouts.get(key) ?? layout;
    layouts.set(key, shared);
    return { id, target, fields: shared, ...at };
  };
  return {
    ...dataset,
    sample(index) {
      const known = kept[index];
      if (known !== undefined) {
        letGo(sizeOf(known));
        return restored(known);
      }
      const read = dataset.sample(index);
      if (!(read instanceof Promise)) {
        kept[index] = keep(read);
        return read;
      }
      return read.then((sample) => {
        kept[index] ??= keep(sample);
        return sample;
      });
    },
  };
}

/** Its bytes are read when they are asked for. */
function restored({ id, target, fields, file, offset }: Kept): Sample {
  let at = offset;
  const tensors = fields.map(({ name, dtype, shape, bytes }): [string, Tensor] => {
    const tensor = makeTensor(dtype, shape, new SliceSource(file, at, bytes));
    at += bytes;
    return [name, tensor];
  });
  return { id, target, fields: new Map(tensors) };
}

const sizeOf = ({ fields }: Kept) => fields.reduce((sum, { bytes }) => sum + bytes, 0);

/** Of the room that there is for temporary files: others need some, too. */
const mostOfFree = 0.5;

/** Gives places in a file, as long as there is room. */
function boundedFile(mostBytes: number): (parts: readonly Uint8Array[]) => Place | undefined {
  let file: UnnamedFile | undefined;
  let most = mostBytes;
  return (parts) => {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if ((file?.size ?? 0) + size > most) return undefined;
    try {
      if (file === undefined) {
        file = new UnnamedFile();
        most = Math.min(most, mostOfFree * temporaryBytesFree());
      }
      return { file, offset: file.append(parts) };
    } catch {
      // No room, or no right to write: it is decoded anew, as it would be without this.
      most = 0;
      return undefined;
    }
  };
}
