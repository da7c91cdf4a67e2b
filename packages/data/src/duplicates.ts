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

/** What leaks from one split into another, found by the hash of each sample's fields; targets do not count. */
export async function findSharedSamples(splits: Readonly<Record<string, Dataset>>): Promise<readonly SharedSamples[]> {
  const names = Object.keys(splits);
  const hashes = new Map<string, ReadonlyMap<string, string>>();
  for (const name of names) hashes.set(name, await idsByHash(splits[name]!));
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  return pairs.flatMap(([a, b]) => {
    const [first, second] = [hashes.get(a)!, hashes.get(b)!];
    const shared = [...first].flatMap(([hash, id]) => (second.has(hash) ? [[id, second.get(hash)!] as const] : []));
    return shared.length === 0 ? [] : [{ splits: [a, b] as const, count: shared.length, examples: shared.slice(0, 5) }];
  });
}

async function idsByHash(dataset: Dataset): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (let start = 0; start < dataset.length; start += 64) {
    const count = Math.min(64, dataset.length - start);
    const samples = await Promise.all(Array.from({ length: count }, (_, i) => dataset.sample(start + i)));
    for (const sample of samples) ids.set(hashOf(sample), sample.id);
  }
  return ids;
}

function hashOf({ fields }: Sample): string {
  const hash = createHash("sha256");
  for (const [name, tensor] of fields)
    hash.update(`${name} ${tensor.dtype} ${tensor.shape}\n`).update(tensorBytes(tensor));
  return hash.digest("base64");
}
