/**
 * Which samples of one source go where.
 *
 * 1. The draw is a function of the seed and the number of samples: the same everywhere.
 * 2. Stratified: every class is split in the same ratio, to within one sample, and all together exactly.
 * 3. By group: all samples of a group go to one split; shares are then as near as whole groups allow.
 */
import { splitShareError } from "./errors.ts";
import { randomStream, shuffle } from "./random.ts";

export interface SplitPlan {
  /** Share of the samples, 0 to 1; the rest is training data. */
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  /** The class of every sample. */
  readonly strata?: readonly (number | string)[];
  /** The group of every sample; wins over strata. */
  readonly groups?: readonly string[];
}

/** Indices, ascending. */
export interface SplitIndices {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

const purpose = 0x73706c74;

/** @throws DATA_SPLIT */
export function splitIndices(length: number, plan: SplitPlan): SplitIndices {
  const { validation, test, seed, strata, groups } = plan;
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) throw splitShareError(validation, test);
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  const random = randomStream(seed, purpose, length);
  const units = groups === undefined ? unitsByStratum(length, strata) : [unitsByGroup(groups)];
  const quotas = { test: runningQuota(test), both: runningQuota(test + validation) };
  for (const stratum of units) {
    shuffle(stratum, random);
    const size = stratum.reduce((sum, unit) => sum + unit.length, 0);
    const inTest = quotas.test(size);
    const inBoth = quotas.both(size, inTest);
    let taken = 0;
    for (const unit of stratum) {
      const middle = taken + unit.length / 2;
      parts[middle <= inTest ? "test" : middle <= inBoth ? "validation" : "train"].push(...unit);
      taken += unit.length;
    }
  }
  const sorted = (indices: number[]) => indices.sort((a, b) => a - b);
  return { train: sorted(parts.train), validation: sorted(parts.validation), test: sorted(parts.test) };
}

/** What each stratum gives, at least `least`, rounded so that all that were asked together give the share. */
function runningQuota(share: number): (size: number, least?: number) => number {
  let [wanted, given] = [0, 0];
  return (size, least = 0) => {
    wanted += size * share;
    const quota = Math.max(least, Math.round(wanted) - given);
    given += quota;
    return quota;
  };
}

function unitsByStratum(length: number, strata: SplitPlan["strata"]): number[][][] {
  const byStratum = new Map<number | string, number[][]>();
  for (let i = 0; i < length; i++) {
    const key = strata?.[i] ?? 0;
    const units = byStratum.get(key) ?? [];
    units.push([i]);
    byStratum.set(key, units);
  }
  return [...byStratum.values()];
}

function unitsByGroup(groups: readonly string[]): number[][] {
  const byGroup = new Map<string, number[]>();
  for (const [i, group] of groups.entries()) byGroup.set(group, [...(byGroup.get(group) ?? []), i]);
  return [...byGroup.values()];
}
