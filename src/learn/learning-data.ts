import { type Dataset, splitIndices, subset } from "@pare/data";
import { digestOf, type Recipe } from "@pare/recipe";
import type { DataInfo } from "@pare/report";
import { openRecipeData } from "../run/data.ts";
import { chooseSamples } from "./choose-samples.ts";

/** What passes learn from and choose by; test data is neither. */
export interface LearningData {
  readonly recipe: Pick<Recipe, "seed" | "data" | "evaluate">;
  /** Paths of the recipe start here. */
  readonly folder: string;
  readonly calibration: Dataset;
  readonly validation: Dataset;
  /** What models are trained on: the training data without what choices are made on; undefined where there is none. */
  readonly training?: Dataset | undefined;
  /** Set where the recipe has no validation data: what takes its place. */
  readonly note: string | undefined;
}

const defaultSamples = 512;
/** Of the samples without validation data: this share is held out to choose by, but not more than so many. */
const heldShare = 0.25;
const mostHeld = 5000;

/**
 * Calibration samples are drawn from the training data, where there is none from the validation data. Choices are made
 * on the validation data, or where the same source gives both on samples that are held out from calibration. Undefined
 * where the recipe has neither. @throws the faults of the kinds of data
 */
export async function openLearningData(checked: {
  readonly recipe: Pick<Recipe, "seed" | "data" | "evaluate">;
  readonly folder: string;
}): Promise<LearningData | undefined> {
  const { recipe, folder } = checked;
  const { train, validation } = await openRecipeData(checked, ["train", "validation"]);
  const pool = train ?? validation;
  if (pool === undefined) return undefined;
  const { samples = defaultSamples, seed = 0 } = recipe.data.calibration ?? {};
  const choose = (from: Dataset) => part(from, chooseSamples(from, samples, seed), "calibration");
  if (train !== undefined && validation !== undefined)
    return { recipe, folder, calibration: choose(train), validation, training: train, note: undefined };
  const held = heldOut(pool, samples, seed);
  const rest = Array.from({ length: pool.length }, (_, i) => i).filter((i) => !held.has(i));
  const judged = part(pool, [...held], "held out");
  const note = `no validation data: choices are made on ${judged.length} samples held out from ${pool.name}`;
  const kept = part(pool, rest, "rest");
  const training = train && kept;
  return { recipe, folder, calibration: choose(kept), validation: judged, training, note };
}

/** Ascending; by class or group as far as they are known without reading the samples. */
function heldOut(pool: Dataset, samples: number, seed: number): ReadonlySet<number> {
  const { length, targetOf, groupOf } = pool;
  const count = Math.min(mostHeld, Math.max(Math.round(length * heldShare), length - samples));
  const { groups, strata } = {
    groups: groupOf && Array.from({ length }, (_, i) => groupOf(i)),
    strata: targetOf && Array.from({ length }, (_, i) => stratum(targetOf(i))),
  };
  const shares = { validation: Math.min(count / Math.max(length, 1), 0.9), test: 0, seed };
  return new Set(splitIndices(length, { ...shares, ...(groups && { groups }), ...(strata && { strata }) }).validation);
}

const stratum = (target: ReturnType<NonNullable<Dataset["targetOf"]>>) =>
  target?.kind === "class" ? target.index : -1;

function part(dataset: Dataset, indices: readonly number[], name: string): Dataset {
  return indices.length === dataset.length ? dataset : subset(dataset, indices, name);
}

/** What a record says of them. */
export async function describeLearningData({ calibration, validation, note }: LearningData): Promise<DataInfo[]> {
  const info = async (split: string, { name, length, digest }: Dataset): Promise<DataInfo> => {
    return { split, source: name, samples: length, sha256: digestOf(await digest()) };
  };
  const judged = await info("validation", validation);
  return [
    await info("calibration", calibration),
    note === undefined ? judged : { ...judged, notes: [{ kind: "held-out", text: note }] },
  ];
}
