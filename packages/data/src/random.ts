/**
 * Random numbers that are a function of (key, counter) and nothing else: Philox4x32-10 (Salmon, Moraes, Dror, Shaw:
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Element i of a data set is the same in whatever order,
 * batch or thread it is made. Only 32-bit integer arithmetic: the same on every machine.
 */

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = aLow * bHigh + ((aLow * bLow) >>> 16);
  const middle = aHigh * bLow + (cross & 0xffff);
  return (aHigh * bHigh + (cross >>> 16) + (middle >>> 16)) >>> 0;
}

/** Four random unsigned 32-bit integers for a counter of four and a key of two, written into `out`. */
export function philox(counter: readonly number[], key: readonly [number, number], out: Uint32Array): void {
  let [c0, c1, c2, c3] = counter as readonly [number, number, number, number];
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** A sequence of random numbers. Every draw consumes exactly one 32-bit integer. */
export interface RandomStream {
  uint32(): number;
  /** In [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** An integer in [0, count). */
  below(count: number): number;
}

/**
 * The stream of one thing among many: `seed` and `purpose` keep data sets and splits apart, `index` the things in them.
 * Streams with another seed, purpose, index or round share no draw. All are unsigned 32-bit integers.
 */
export function randomStream(seed: number, purpose: number, index: number, round = 0): RandomStream {
  const key = [seed >>> 0, purpose >>> 0] as const;
  const counter = [0, index >>> 0, round >>> 0, 0];
  const block = new Uint32Array(4);
  let used = 4;
  const uint32 = () => {
    if (used === 4) {
      philox(counter, key, block);
      counter[0]!++;
      used = 0;
    }
    return block[used++]!;
  };
  const uniform = () => uint32() * 2 ** -32;
  return {
    uint32,
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below: (count) => Math.floor(uniform() * count),
  };
}

/** Puts them in random order (Fisher and Yates). */
export function shuffle(items: unknown[], { below }: Pick<RandomStream, "below">): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
}
