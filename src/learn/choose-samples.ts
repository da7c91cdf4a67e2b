import { classOf, type Dataset, randomStream } from "@pare/data";

const purpose = 0x63616c69;

/**
 * `count` indices of a data set, ascending, drawn by the seed; of each class as many as its share asks, to within one
 * sample. Classes are looked at where they are known without reading the samples.
 */
export function chooseSamples(dataset: Dataset, count: number, seed: number): readonly number[] {
  const { length, targetOf } = dataset;
  if (count >= length) return Array.from({ length }, (_, i) => i);
  const random = randomStream(seed, purpose, length);
  const strata = new Map<number, { readonly index: number; readonly draw: number }[]>();
  for (let index = 0; index < length; index++) {
    const key = targetOf === undefined ? 0 : classOf(targetOf(index));
    const members = strata.get(key);
    const member = { index, draw: random.uint32() };
    if (members === undefined) strata.set(key, [member]);
    else members.push(member);
  }
  // The k-th of n drawn members of a class stands at (k + ½) ÷ n: the first `count` of all hold each class by its share.
  const ranked = [...strata.values()].flatMap((members) =>
    members
      .sort((a, b) => a.draw - b.draw || a.index - b.index)
      .map(({ index, draw }, k) => ({ index, draw, place: (k + 0.5) / members.length })),
  );
  ranked.sort((a, b) => a.place - b.place || a.draw - b.draw || a.index - b.index);
  return ranked
    .slice(0, count)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}
