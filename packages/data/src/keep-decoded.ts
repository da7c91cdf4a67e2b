/**
 * A data set whose samples stay in memory once they are read, so that they are decoded once and not in every epoch.
 *
 * 1. Bytes lie one after the other in large pieces: a sample costs little more than the bytes of its fields.
 * 2. First come, first kept: beyond the bound samples are read anew each time.
 */
import { type DType, makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { Dataset, Sample } from "./dataset.ts";

const pieceBytes = 4 * 1024 * 1024;
/** Where a field begins: any element type may be read in place. */
const alignment = 8;

interface Field {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

interface Kept extends Pick<Sample, "id" | "target"> {
  /** One object for all samples that are alike. */
  readonly fields: readonly Field[];
  readonly piece: Uint8Array;
  readonly offset: number;
}

/** @param mostBytes of all kept samples' fields together */
export function keepDecoded(dataset: Dataset, mostBytes: number): Dataset {
  const kept: (Kept | undefined)[] = new Array(dataset.length).fill(undefined);
  const place = pieces(mostBytes);
  const layouts = new Map<string, readonly Field[]>();
  const keep = (sample: Sample): Kept | undefined => {
    const fields = [...sample.fields].map(([name, { dtype, shape, source }]) => ({
      ...{ name, dtype, shape, bytes: source.size },
    }));
    const at = place(fields.reduce((sum, { bytes }) => sum + padded(bytes), 0));
    if (at === undefined) return undefined;
    const key = JSON.stringify(fields);
    const layout = layouts.get(key) ?? fields;
    layouts.set(key, layout);
    let offset = at.offset;
    for (const tensor of sample.fields.values()) {
      at.piece.set(tensorBytes(tensor), offset);
      offset += padded(tensor.source.size);
    }
    return { id: sample.id, target: sample.target, fields: layout, ...at };
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

function restored({ id, target, fields, piece, offset }: Kept): Sample {
  let at = offset;
  const tensors = fields.map(({ name, dtype, shape, bytes }): [string, Tensor] => {
    const tensor = makeTensor(dtype, shape, piece.subarray(at, at + bytes));
    at += padded(bytes);
    return [name, tensor];
  });
  return { id, target, fields: new Map(tensors) };
}

const padded = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

/** Gives places one after the other, until the bound is reached. */
function pieces(mostBytes: number): (bytes: number) => Pick<Kept, "piece" | "offset"> | undefined {
  let [piece, used, left] = [new Uint8Array(0), 0, mostBytes];
  return (bytes) => {
    if (bytes > left) return undefined;
    if (used + bytes > piece.length) {
      piece = new Uint8Array(Math.max(bytes, Math.min(pieceBytes, left)));
      used = 0;
    }
    const offset = used;
    used += bytes;
    left -= bytes;
    return { piece, offset };
  };
}
