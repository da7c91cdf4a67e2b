import { createHash } from "node:crypto";
import { tensorBytes } from "@pare/tensor";
import type { Dataset, Sample } from "./dataset.ts";

/** Samples of two splits that are the same to the last bit. */
export interface SharedSamples {
  readonly splits: readonly [string, string];
  readonly count: number;
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
  const hashes = new Map<string, ReadonlyMap<string, string>>();
  for (const name of names) hashes.set(name, await idsByHash(splits[name]!, areStored));
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  return pairs.flatMap(([a, b]) => {
    const [first, second] = [hashes.get(a)!, hashes.get(b)!];
    const shared = [...first].flatMap(([hash, id]) => (second.has(hash) ? [[id, second.get(hash)!] as const] : []));
    return shared.length === 0 ? [] : [{ splits: [a, b] as const, count: shared.length, examples: shared.slice(0, 5) }];
  });
}

async function idsByHash(dataset: Dataset, areStored: boolean): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (let start = 0; start < dataset.length; start += 64) {
    const end = Math.min(start + 64, dataset.length);
    for (const [hash, id] of await entries(dataset, areStored, start, end)) ids.set(hash, id);
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
