import { createHash } from "node:crypto";
import { tensorBytes } from "@pare/tensor";
import type { Dataset, Sample } from "./dataset.ts";

/** Samples of two splits that are the same to the last bit. */
export interface SharedSamples {
  readonly splits: readonly [string, string];
  /** Contents that both have. */
  readonly count: number;
  /** Samples of the first and of the second split with these contents. */
  readonly samples: readonly [number, number];
  /** Ids in the first and in the second split, of the first few. */
  readonly examples: readonly (readonly [string, string])[];
}

/**
 * What leaks from one split into another: samples that are stored alike (files of images, byte by byte), else whose fields
 * are. Targets do not count.
 */
export async function findSharedSamples(splits: Readonly<Record<string, Dataset>>): Promise<readonly SharedSamples[]> {
  const names = Object.keys(splits);
  const areStored = names.every((name) => splits[name]!.stored !== undefined);
  const hashes = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const name of names) hashes.set(name, await idsByHash(splits[name]!, areStored));
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  return pairs.flatMap(([a, b]) => {
    const [first, second] = [hashes.get(a)!, hashes.get(b)!];
    const shared = [...first].flatMap(([hash, ids]) => (second.has(hash) ? [[ids, second.get(hash)!] as const] : []));
    if (shared.length === 0) return [];
    const samplesOf = (side: 0 | 1) => shared.reduce((sum, pair) => sum + pair[side].length, 0);
    const examples = shared.slice(0, 5).map(([ofFirst, ofSecond]) => [ofFirst[0]!, ofSecond[0]!] as const);
    return [
      { splits: [a, b] as const, count: shared.length, samples: [samplesOf(0), samplesOf(1)] as const, examples },
    ];
  });
}

async function idsByHash(dataset: Dataset, areStored: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = new Map<string, string[]>();
  for (let start = 0; start < dataset.length; start += 64) {
    const end = Math.min(start + 64, dataset.length);
    for (const [hash, id] of await entries(dataset, areStored, start, end)) {
      const known = ids.get(hash);
      if (known === undefined) ids.set(hash, [id]);
      else known.push(id);
    }
  }
  return ids;
}

/** Of the samples, `from` (included) to `to` (excluded). */
async function entries(dataset: Dataset, areStored: boolean, from: number, to: number) {
  const indices = Array.from({ length: to - from }, (_, i) => from + i);
  if (areStored) return indices.map((index) => dataset.stored!(index)).map(({ hash, id }) => [hash, id] as const);
  const samples = await Promise.all(indices.map((index) => dataset.sample(index)));
  return samples.map((sample) => [hashOf(sample), sample.id] as const);
}

function hashOf({ fields }: Sample): string {
  const hash = createHash("sha256");
  for (const [name, tensor] of fields)
    hash.update(`${name} ${tensor.dtype} ${tensor.shape}\n`).update(tensorBytes(tensor));
  return hash.digest("base64");
}
