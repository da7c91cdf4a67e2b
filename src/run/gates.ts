import type { BaseComparison, Gate, MetricNames } from "@pare/gate";
import { speedKeys, speedMetricOf } from "@pare/measure";
import { type CheckedRecipe, isMetricModule, type Recipe } from "@pare/recipe";
import type { GateRecord, RunRecord } from "@pare/report";
import { recipeCatalog } from "../catalog.ts";
import { loadUserMetrics } from "../evaluate/user-metrics.ts";
import { costName } from "./cost.ts";
import { openTestData } from "./data.ts";
import { startMetricNames } from "./starts.ts";

/** Each class has one of these. */
const isPerClass = (name: string) => name.endsWith(".class");

/** Every metric that a run of this recipe may have: what `auto` stands for depends on the data, but it is no class. */
function metricNames({ evaluate, measure }: Recipe, own: readonly string[]) {
  const asked = evaluate.metrics.filter((name) => !isMetricModule(name));
  const automatic = recipeCatalog.metrics.filter((name) => name !== "auto" && !isPerClass(name));
  const single = asked.includes("auto") ? automatic : asked.filter((name) => !isPerClass(name));
  const timed = measure.flatMap(({ name, scenario, rate }) =>
    speedKeys(scenario, rate !== undefined).map((key) => speedMetricOf(key, name).name),
  );
  const costs = measure.flatMap(({ name, pricePerHour }) => (pricePerHour === undefined ? [] : [costName(name)]));
  return {
    known: [...single, ...own, ...timed, ...costs, ...(timed.length > 0 ? startMetricNames : [])],
    perClass: asked.filter(isPerClass),
  };
}

/** Where a gate may speak of a class. Undefined: there is no data, or it cannot be opened, which is told elsewhere. */
async function classNames(checked: CheckedRecipe, perClass: readonly string[]): Promise<readonly string[] | undefined> {
  const starts = ["class", ...perClass.map((name) => name.split(".")[0]!)];
  if (perClass.length === 0 || !checked.recipe.gates.some((gate) => starts.some((part) => gate.includes(part))))
    return undefined;
  return (await openTestData(checked).catch(() => undefined))?.classes;
}

/**
 * Read before anything is done, so that a slip is not found out after an hour; modules with metrics of the user's own are
 * loaded for their names, test data is opened for those of its classes. @throws GATE_… at the gate's line, METRIC_MODULE
 */
export async function readGates(checked: CheckedRecipe): Promise<readonly Gate[]> {
  const { recipe, folder, place } = checked;
  const own = await loadUserMetrics(recipe.evaluate.metrics.filter(isMetricModule), folder);
  if (recipe.gates.length === 0) return [];
  const { parseGate, structureNames } = await import("@pare/gate");
  const { known, perClass } = metricNames(
    recipe,
    own.map(({ name }) => name),
  );
  const classes = await classNames(checked, perClass);
  const names: MetricNames = { known: [...known, ...structureNames], perClass, ...(classes && { classes }) };
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
