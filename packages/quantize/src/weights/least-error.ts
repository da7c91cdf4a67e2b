import type { Errors, Grids } from "@pare/kernels";

/** Ranges are narrowed by these factors in turn; the first of equals wins. */
const shrinks = Array.from({ length: 10 }, (_, i) => 1 - i * 0.05);

/** For each grid, of the candidates for each factor, the one with the least squared error. */
export function leastError(candidate: (shrink: number) => Grids, errorsOf: (grids: Grids) => Errors): Grids {
  const [first, ...others] = shrinks;
  const best = candidate(first!);
  const { squared: least } = errorsOf(best);
  for (const shrink of others) {
    const grids = candidate(shrink);
    const { squared } = errorsOf(grids);
    for (let i = 0; i < squared.length; i++) {
      if (squared[i]! >= least[i]!) continue;
      least[i] = squared[i]!;
      best.scales[i] = grids.scales[i]!;
      best.zeroPoints[i] = grids.zeroPoints[i]!;
    }
  }
  return best;
}
