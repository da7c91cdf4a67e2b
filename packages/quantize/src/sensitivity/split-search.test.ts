import { expect, test } from "vitest";
import { splitSearch } from "./split-search.ts";

/** Effects add up; every part that is measured is noted. */
function measuring(effects: Readonly<Record<number, number>>) {
  const measured: (readonly number[])[] = [];
  const measure = async (parts: readonly (readonly number[])[]) => {
    measured.push(...parts);
    return parts.map((part) => part.reduce((sum, group) => sum + (effects[group] ?? 0), 0));
  };
  return { measured, measure };
}

test("with runs for all, each group is measured alone", async () => {
  const { measured, measure } = measuring({ 1: 0.1, 2: 0.5, 3: 0.1 });
  expect(await splitSearch([1, 2, 3], 3, measure)).toEqual([
    { groups: [2], effect: 0.5 },
    { groups: [1], effect: 0.1 },
    { groups: [3], effect: 0.1 },
  ]);
  expect(measured).toEqual([[1], [2], [3]]);
});

test("with fewer, the part with the largest effect is halved until its groups are alone or the runs are spent", async () => {
  const groups = Array.from({ length: 64 }, (_, i) => i + 1);
  const { measured, measure } = measuring({ 41: 1 });
  const parts = await splitSearch(groups, 16, measure);
  expect(parts[0]).toEqual({ groups: [41], effect: 1 });
  // 8 parts of 8, three halvings until 41 is alone, and one of the first part that has not been halved.
  expect(measured.slice(8).map((part) => [part[0], part.at(-1)])).toEqual([
    [41, 44],
    [45, 48],
    [41, 42],
    [43, 44],
    [41, 41],
    [42, 42],
    [1, 4],
    [5, 8],
  ]);
  expect(parts.flatMap((part) => part.groups).sort((a, b) => a - b)).toEqual(groups);
});

test("negative effects are ordered as numbers, and no groups give no parts", async () => {
  const { measure } = measuring({ 1: -0.5, 2: -0.1 });
  expect((await splitSearch([1, 2], 3, measure)).map(({ groups }) => groups)).toEqual([[2], [1]]);
  expect(await splitSearch([], 3, measure)).toEqual([]);
});
