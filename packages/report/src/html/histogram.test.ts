import { expect, test } from "vitest";
import { histogramOf } from "./histogram.ts";

test("runs between two quantiles are spread evenly", () => {
  // Quarters of the runs lie in 0–1, 1–2, 2–4 and 4–8.
  const shares = histogramOf([0, 1, 2, 4, 8], 0, 8, 4).map(({ share }) => share);
  expect(shares).toEqual([0.5, 0.25, 0.125, 0.125]);
});

test("equal quantiles fall into one bin, what lies outside is left out", () => {
  const bins = histogramOf([1, 1, 1, 1, 9], 0, 4, 4);
  expect(bins.map(({ share }) => share)).toEqual([0, 0.75 + 1 / 32, 1 / 32, 1 / 32]);
  expect(bins[1]).toMatchObject({ from: 1, to: 2 });
});
