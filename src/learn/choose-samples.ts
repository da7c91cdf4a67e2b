import { classOf, type Dataset, type RandomStream, randomStream } from "@pare/data";

const purpose = 0x63616c69;

/**
 * `count` indices of a data set, ascending, drawn by the seed; of each class as many as its share asks, to within one
 * sample. Classes are looked at where they are known without reading the samples.
 */
export function chooseSamples(dataset: Dataset, count: number, seed: number): readonly number[] {
  const { length, targetOf } = dataset;
  if (count >= length) return Array.from({ length }, (_, i) => i);
  const random = randomStream(seed, purpose, length);
  const strata = new Map<number, number[]>();
  for (let index = 0; index < length; index++) {
    const key = targetOf === undefined ? 0 : classOf(targetOf(index));
    const members = strata.get(key);
    if (members === undefined) strata.set(key, [index]);
    else members.push(index);
  }
  const classes = [...strata.values()];
  const sizes = quotas(
    classes.map((members) => members.length),
    count,
  );
  return classes.flatMap((members, i) => drawn(members, sizes[i]!, random)).sort((a, b) => a - b);
}

/** Shares of `count` in proportion to the sizes: what rounding down leaves goes to the largest remainders. */
function quotas(sizes: readonly number[], count: number): readonly number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (count * size) / total);
  const rounded = exact.map(Math.floor);
  const byRemainder = exact
    .map((_, i) => i)
    .sort((a, b) => exact[b]! - rounded[b]! - (exact[a]! - rounded[a]!) || a - b);
  const left = count - rounded.reduce((sum, size) => sum + size, 0);
  for (const i of byRemainder.slice(0, left)) rounded[i]!++;
  return rounded;
}

/** The first of a random order (Fisher and Yates), which is not made to its end. */
function drawn(members: number[], count: number, random: RandomStream): number[] {
  for (let i = 0; i < count; i++) {
    const j = i + random.below(members.length - i);
    [members[i], members[j]] = [members[j]!, members[i]!];
  }
  return members.slice(0, count);
}
