import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "@pare/ir";
import type { Histogram, Observation, Statistics } from "@pare/pass";
import { cacheKey, type FolderCache } from "@pare/recipe";
import type { World } from "../run/tools.ts";
import { toolVersion } from "../version.ts";
import { presentFeatures } from "./bench.ts";
import type { LearningData } from "./learning-data.ts";
import { modelDigest } from "./model-digest.ts";
import { observeModel } from "./observe.ts";

const file = "statistics.json";

export interface ObserveContext {
  readonly data: LearningData;
  readonly cache: FolderCache | undefined;
  readonly world: World;
  readonly recent: RecentStatistics;
}

/** What was found last, by model and what was asked: those who try several ways ask for the same again and again. */
export type RecentStatistics = Map<string, ReadonlyMap<string, Statistics>>;

const mostRecent = 2;

/** Takes statistics from where they are kept, if the same model was observed on the same samples, else computes them. */
export async function observeCached(
  model: Model,
  observations: readonly Observation[],
  context: ObserveContext,
): Promise<ReadonlyMap<string, Statistics>> {
  const { recent } = context;
  if (observations.length === 0) return new Map();
  const key = `${modelDigest(model)} ${JSON.stringify(observations)}`;
  const found = recent.get(key) ?? (await findOrObserve(model, observations, context));
  recent.delete(key);
  recent.set(key, found);
  if (recent.size > mostRecent) recent.delete(recent.keys().next().value!);
  return found;
}

async function findOrObserve(
  model: Model,
  observations: readonly Observation[],
  { data, cache, world }: ObserveContext,
): Promise<ReadonlyMap<string, Statistics>> {
  if (cache === undefined) return await observeModel(model, observations, data, world);
  const key = await statisticsKey(model, observations, data);
  const known = await cache.find(key);
  if (known !== undefined) return decode(await readFile(join(known.folder, file), "utf8"));
  const statistics = await observeModel(model, observations, data, world);
  await cache.store(key, async (folder) => {
    await writeFile(join(folder, file), encode(statistics));
    return { statistics: statistics.size };
  });
  return statistics;
}

/** Everything that the bits depend on. */
async function statisticsKey(
  model: Model,
  observations: readonly Observation[],
  { recipe, calibration }: LearningData,
) {
  const { input, inputs } = recipe.data;
  return cacheKey({
    statistics: 1,
    tool: toolVersion(),
    machine: [process.arch, ...presentFeatures()],
    model: modelDigest(model),
    data: await calibration.digest(),
    ...{ input, inputs, observations },
  });
}

interface Written extends Omit<Statistics, "histogram" | "channels"> {
  readonly value: string;
  /** Without the empty bins at both ends. */
  readonly histogram?: {
    readonly width: number;
    readonly bins: number;
    readonly first: number;
    readonly counts: number[];
  };
  readonly channels?: {
    readonly axis: number;
    readonly mean: number[];
    readonly min: number[];
    readonly max: number[];
  };
}

function encode(statistics: ReadonlyMap<string, Statistics>): string {
  const written = [...statistics].map(([value, { histogram, channels, ...numbers }]): Written => {
    return {
      value,
      ...numbers,
      ...(histogram && { histogram: trimmed(histogram) }),
      ...(channels && {
        channels: { axis: channels.axis, mean: [...channels.mean], min: [...channels.min], max: [...channels.max] },
      }),
    };
  });
  return JSON.stringify(written);
}

function trimmed({ width, counts }: Histogram): NonNullable<Written["histogram"]> {
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return { width, bins: counts.length, first, counts: [...counts.subarray(first, last + 1)] };
}

function decode(text: string): ReadonlyMap<string, Statistics> {
  const written = JSON.parse(text) as readonly Written[];
  return new Map(
    written.map(({ value, histogram, channels, ...numbers }) => [
      value,
      {
        ...numbers,
        histogram: histogram && widened(histogram),
        channels: channels && {
          axis: channels.axis,
          mean: Float64Array.from(channels.mean),
          min: Float64Array.from(channels.min),
          max: Float64Array.from(channels.max),
        },
      },
    ]),
  );
}

function widened({ width, bins, first, counts }: NonNullable<Written["histogram"]>): Histogram {
  const all = new Float64Array(bins);
  all.set(counts, first);
  return { width, counts: all };
}
