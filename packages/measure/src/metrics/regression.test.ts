import { expect, test } from "vitest";
import { once } from "../stats/statistic.ts";
import { statisticsOf } from "./catalog.ts";

function valuesOf(width: number, targets: readonly number[], predictions: readonly number[]) {
  const outcomes = {
    kind: "values" as const,
    width,
    targets: Float64Array.from(targets),
    predictions: Float64Array.from(predictions),
  };
  const found = statisticsOf(outcomes, ["mae", "rmse", "r2"]);
  return found.map(({ statistic }) => statistic.value(once(targets.length / width)));
}

test("errors 1, 0, −2, 1: mean absolute 1, root mean square √1.5, R² 1 − 6/5", () => {
  expect(valuesOf(1, [1, 2, 3, 4], [2, 2, 1, 5])).toEqual([1, Math.sqrt(1.5), expect.closeTo(1 - 6 / 5, 12)]);
});

test("of two values a sample errors are means over all, R² the mean of both", () => {
  expect(valuesOf(2, [0, 10, 2, 20], [0, 12, 2, 22])).toEqual([
    1,
    Math.SQRT2,
    expect.closeTo((1 + (1 - 8 / 50)) / 2, 12),
  ]);
});
