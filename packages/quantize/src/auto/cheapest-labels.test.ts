import { expect, test } from "vitest";
import { cheapestLabels } from "./cheapest-labels.ts";

const item = (first: number, second: number) => ({ first, second });

test("without pairs every item takes its cheaper label, a tie the first", () => {
  expect(cheapestLabels([item(1, 2), item(5, 2), item(3, 3)], [])).toEqual([false, true, false]);
});

test("one that gains less than two boundaries cost goes with its neighbours", () => {
  const chain = [item(10, 1), item(4, 6), item(10, 1)];
  const pairs = (cost: number) => [
    { a: 0, b: 1, cost },
    { a: 1, b: 2, cost },
  ];
  expect(cheapestLabels(chain, pairs(0.9))).toEqual([true, false, true]);
  expect(cheapestLabels(chain, pairs(1.1))).toEqual([true, true, true]);
});

test("agrees with trying all labels, on drawn graphs", () => {
  let state = 1;
  const draw = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 1;
    return state % below;
  };
  for (let round = 0; round < 200; round++) {
    const items = Array.from({ length: 2 + draw(7) }, () => item(draw(10), draw(10)));
    const pairs = Array.from({ length: draw(12) }, () => ({
      a: draw(items.length),
      b: draw(items.length),
      cost: draw(6),
    }));
    const real = pairs.filter(({ a, b }) => a !== b);
    const cost = (labels: readonly boolean[]) =>
      items.reduce((sum, { first, second }, i) => sum + (labels[i] ? second : first), 0) +
      real.reduce((sum, { a, b, cost: apart }) => sum + (labels[a] === labels[b] ? 0 : apart), 0);
    const all = Array.from({ length: 2 ** items.length }, (_, mask) => items.map((_, i) => ((mask >> i) & 1) === 1));
    expect(cost(cheapestLabels(items, real))).toBe(Math.min(...all.map(cost)));
  }
});
