/**
 * Which parts of a model lose accuracy when they become integer: the groups of a placement by how far the outputs move
 * when only one group is quantized, or when only one is float.
 *
 * Divergence of the outputs over a few samples orders layers as the accuracy on many does, and errors of the weights do
 * not (rank correlation of 0.95 to 0.99 against −0.5 to 0.6 on image and text networks).
 *
 * 1. Samples are the first of the calibration data, never those that a result is judged on.
 * 2. All variants are runs of one model (see `switchedModel`), so nothing but the switches differs.
 * 3. The order depends on how many runs the time allows (see `splitSearch`) and else on model, data and options alone.
 */
import { cloneModel, type Model } from "@pare/ir";
import type { PassData, Tools } from "@pare/pass";
import type { CalibrationOptions } from "../calibrate/options.ts";
import type { PlacementOptions } from "../contract.ts";
import { namesByGroup } from "../node-names.ts";
import { prepareStatic, type StaticOptions } from "../schemes/static.ts";
import type { Target } from "../targets/target.ts";
import type { ErrorUnit } from "./output-error.ts";
import { splitSearch } from "./split-search.ts";
import { switchedModel } from "./switched-model.ts";
import { probeVariants } from "./variants.ts";

export interface RankOptions {
  /** Calibration samples, at most; default 64. Fewer where time or memory is short, but 8. */
  readonly samples?: number;
  /** Default 60 000. It holds roughly: at least the whole model, and two halves of it, are measured. */
  readonly budgetMs?: number;
  /** `quantized`: only the group is integer, all else float. `float`: only the group is float. Default "quantized". */
  readonly direction?: "quantized" | "float";
  /** Nodes that stay float in all variants, with the reason. */
  readonly keepFloat?: PlacementOptions["keepFloat"];
}

export interface RankedGroup {
  /** Numbers of the placement's groups that were measured together; one, where time was enough. */
  readonly groups: readonly number[];
  /** Their nodes, each by its name or, where it has none, its first output's. In graph order. */
  readonly nodes: readonly string[];
  /** Those of them that compute: what moves their codes goes back to float with them. */
  readonly computing: readonly string[];
  /** Of the outputs with only this quantized, or with all but this. */
  readonly divergence: number;
}

export interface GroupRanking {
  readonly direction: "quantized" | "float";
  readonly unit: ErrorUnit;
  readonly samples: number;
  /** Everything quantized. */
  readonly all: number;
  /** What matters most first: `quantized`: the largest divergence; `float`: the least. */
  readonly ranked: readonly RankedGroup[];
}

/** @param original the float model; it stays as it is. @throws the faults of calibration */
export async function rankGroups(
  original: Model,
  target: Target,
  options: Partial<StaticOptions> & CalibrationOptions,
  tools: Tools & { readonly data: PassData },
  { samples = 64, budgetMs = 60_000, direction = "quantized", keepFloat = () => undefined }: RankOptions = {},
): Promise<GroupRanking> {
  const model = cloneModel(original);
  const { placement, ranges } = await prepareStatic(model, target, options, tools, keepFloat);
  const switched = switchedModel(model, placement, ranges);
  const { groups } = switched;
  const variants = await probeVariants(switched, tools, { samples, budgetMs });
  const [all] = await variants.measure([groups]);
  const isAlone = direction === "quantized";
  const on = (part: readonly number[]) => (isAlone ? part : groups.filter((group) => !part.includes(group)));
  // The least divergence comes first where only a part is float.
  const sign = isAlone ? 1 : -1;
  const parts = await splitSearch(groups, variants.runs, async (wanted) =>
    (await variants.measure(wanted.map(on))).map((divergence) => sign * divergence),
  );
  const names = namesByGroup(placement, () => true);
  const computing = namesByGroup(placement, ({ kind }) => kind === "integer");
  const ranked = parts.map((part) => ({
    groups: part.groups,
    nodes: part.groups.flatMap((group) => names.get(group) ?? []),
    computing: part.groups.flatMap((group) => computing.get(group) ?? []),
    divergence: sign * part.effect,
  }));
  return { direction, unit: variants.unit, samples: variants.samples, all: all ?? 0, ranked };
}
