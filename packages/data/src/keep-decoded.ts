/**
 * A data set whose samples are decoded once and not in every epoch: their bytes stay in a file without a name, read back
 * where a sample's fields are. The system's cache holds that file, as far as there is memory that nobody else wants.
 *
 * First come, first kept: beyond the bound, and where the disk is full, samples are made anew each time.
 */
import { writeSync } from "node:fs";
import { bufferCollector, type DType, makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { Dataset, Sample } from "./dataset.ts";
import { fillRange } from "./files/place.ts";
import { openUnnamed } from "./files/unnamed-file.ts";

interface Field {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

interface Kept extends Pick<Sample, "id" | "target"> {
  /** One object for all samples that are alike. */
  readonly fields: readonly Field[];
  /** In the file. */
  readonly offset: number;
}

/** @param mostBytes of all kept samples' fields together */
export function keepDecoded(dataset: Dataset, mostBytes: number): Dataset {
  const kept: (Kept | undefined)[] = new Array(dataset.length).fill(undefined);
  const file = fileOfAtMost(mostBytes);
  const layouts = new Map<string, readonly Field[]>();
  const keep = ({ id, target, fields }: Sample): Kept | undefined => {
    const tensors = [...fields.values()];
    const offset = file.append(tensors.map(tensorBytes));
    if (offset === undefined) return undefined;
    const layout = [...fields].map(([name, { dtype, shape, source }]) => ({ name, dtype, shape, bytes: source.size }));
    const key = JSON.stringify(layout);
    const shared = layouts.get(key) ?? layout;
    layouts.set(key, shared);
    return { id, target, fields: shared, offset };
  };
  const restored = ({ id, target, fields, offset }: Kept): Sample => {
    let at = offset;
    const tensors = fields.map(({ name, dtype, shape, bytes }): [string, Tensor] => {
      const start = at;
      at += bytes;
      return [name, makeTensor(dtype, shape, { size: bytes, read: (from, length) => file.read(start + from, length) })];
    });
    return { id, target, fields: new Map(tensors) };
  };
  return {
    ...dataset,
    sample(index) {
      const known = kept[index];
      if (known !== undefined) return restored(known);
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

interface BoundedFile {
  /** Where the parts are, one after the other; undefined where there is no room for all. */
  append(parts: readonly Uint8Array[]): number | undefined;
  read(offset: number, length: number): Uint8Array;
}

function fileOfAtMost(mostBytes: number): BoundedFile {
  let fd: number | undefined;
  let [used, left] = [0, mostBytes];
  const letGo = bufferCollector();
  return {
    append(parts) {
      const size = parts.reduce((sum, { length }) => sum + length, 0);
      if (size > left) return undefined;
      const offset = used;
      try {
        fd ??= openUnnamed();
        for (const part of parts) {
          for (let done = 0; done < part.length; ) done += writeSync(fd, part, done, part.length - done, used + done);
          used += part.length;
        }
      } catch {
        left = 0;
        return undefined;
      }
      left -= size;
      return offset;
    },
    read(offset, length) {
      letGo(length);
      return fillRange(fd!, offset, new Uint8Array(length));
    },
  };
}
