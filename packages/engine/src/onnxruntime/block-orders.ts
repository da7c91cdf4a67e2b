/**
 * In which order `count` competitors take their turns in each of `blocks` blocks: a random permutation a block, the
 * same for the same seed.
 */
export function blockOrders(count: number, blocks: number, seed: number): number[][] {
  const random = mulberry32(seed);
  return Array.from({ length: blocks }, () => {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  });
}

/** Numbers in [0, 1) from a 32-bit state (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
