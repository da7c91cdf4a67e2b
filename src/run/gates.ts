import type { BaseComparison, Gate, MetricNames } from "@pare/gate";
import { speedKeys, speedMetricOf } from "@pare/measure";
import { type CheckedRecipe, isMetricModule, type Recipe } from "@pare/recipe";
import type { GateRecord, RunRecord } from "@pare/report";
import { recipeCatalog } from "../catalog.ts";
import { loadUserMetrics } from "../evaluate/user-metrics.ts";
import { costName } from "./cost.ts";
import { startMetricNames } from "./starts.ts";

/** Every metric that a run of this recipe may have. */
function metricNames({ evaluate, measure }: Recipe, own: readonly string[]): MetricNames {
  const asked = evaluate.metrics;
  const evaluated = asked.includes("auto") ? recipeCatalog.metrics.filter((name) => name !== "auto") : asked;
  const timed = measure.flatMap(({ name, scenario, rate }) =>
    speedKeys(scenario, rate !== undefined).map((key) => speedMetricOf(key, name).name),
  );
  const costs = measure.flatMap(({ name, pricePerHour }) => (pricePerHour === undefined ? [] : [costName(name)]));
  const builtIn = evaluated.filter((name) => !isMetricModule(name));
  const isPart = (path: string) => builtIn.some((name) => path.startsWith(`${name}.`));
  return {
    known: [...builtIn, ...own, ...timed, ...costs, ...(timed.length > 0 ? startMetricNames : [])],
    mayBe: isPart,
  };
}

/**
 * Read before anything is done, so that a slip is not found out after an hour; modules with metrics of the user's own are
 * loaded for their names. @throws GATE_… at the gate's line, METRIC_MODULE
 */
export async function readGates({ recipe, folder, place }: CheckedRecipe): Promise<readonly Gate[]> {
  const own = await loadUserMetrics(recipe.evaluate.metrics.filter(isMetricModule), folder);
  if (recipe.gates.length === 0) return [];
  const { parseGate, structureNames } = await import("@pare/gate");
  const { known, ...open } = metricNames(
    recipe,
    own.map(({ name }) => name),
  );
  const names = { known: [...known, ...structureNames], ...open };
  return recipe.gates.map((text, i) => parseGate(text, names, place(["gates", i])));
}

export async function decideGates(
  gates: readonly Gate[],
  record: RunRecord,
  base: RunRecord | undefined,
): Promise<readonly GateRecord[]> {
  if (gates.length === 0) return [];
  const { decideGate, readingsOf } = await import("@pare/gate");
  const readings = readingsOf(record, base, base && (await changesSince(base, record)));
  return gates.map((gate) => decideGate(gate, readings));
}

/** What the two records tell of each other: sample by sample, and times as ratios to the same original. */
async function changesSince(base: RunRecord, record: RunRecord): Promise<readonly BaseComparison[]> {
  const { accuracyRows, timeRowsFromRecords } = await import("../compare/judge-records.ts");
  return [...accuracyRows(base, record), ...timeRowsFromRecords(base, record)];
}

/** `strict`: what cannot be told fails too. */
export function failedGates({ gates = [] }: RunRecord, strict: boolean): readonly GateRecord[] {
  return gates.filter(({ status }) => status === "fail" || (strict && status === "cannot-tell"));
}
