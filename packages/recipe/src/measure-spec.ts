import type { Path, SourceDocument } from "./document.ts";
import { recipeMissingKeyError, recipeTwiceError, recipeValueError } from "./errors.ts";
import { kebabCase, renameKeys } from "./option-names.ts";
import type { WrittenRecipe } from "./schema.ts";

/** One way to measure speed, with every default. */
export interface MeasureSpec {
  readonly name: string;
  readonly engine: string;
  readonly device: "cpu" | "webgpu" | "cuda" | "tensorrt" | "coreml" | "dml";
  readonly threads: number;
  readonly scenario: "online" | "batch" | "streaming" | "server";
  readonly batch: number;
  /** Streaming: requests a second; without it the highest rate that keeps up is all that is measured. */
  readonly rate?: number;
  /** Server: what `percentile` of the requests may take at most, ms. */
  readonly boundMs?: number;
  /** Server: 99 for p99. */
  readonly percentile?: number;
  /** Seconds for warm-up and runs of both models together, at most. */
  readonly budget: number;
  /** Of the machine: gives the cost of a million predictions. */
  readonly pricePerHour?: number;
}

type WrittenMeasure = WrittenRecipe["measure"][number];

/** @throws RECIPE_TWICE for a name that is taken; RECIPE_MISSING_KEY, RECIPE_VALUE for what does not fit the scenario */
export function measureSpecs(written: WrittenRecipe["measure"], source: SourceDocument): readonly MeasureSpec[] {
  const taken = new Set<string>();
  return written.map((entry, i) => {
    const name = entry.name ?? entry.scenario;
    const path = ["measure", i] as const;
    if (taken.has(name)) throw recipeTwiceError(source.place(path), "measurements", name);
    taken.add(name);
    const { engine, device, threads, scenario, budget, "price-per-hour": price } = entry;
    const batch = entry.batch ?? (scenario === "batch" ? 32 : 1);
    const load = loadOptions(entry, path, source);
    const cost = price === undefined ? {} : { pricePerHour: price };
    return { name, engine, device, threads, scenario, batch, ...load, budget, ...cost };
  });
}

/** What only some scenarios have. */
function loadOptions(entry: WrittenMeasure, path: Path, source: SourceDocument) {
  const { scenario, rate, "bound-ms": boundMs, percentile } = entry;
  const only = (key: keyof WrittenMeasure, owner: WrittenMeasure["scenario"]) => {
    if (scenario === owner || entry[key] === undefined) return;
    throw recipeValueError(source.place([...path, key]), `scenario: ${owner}`, `scenario: ${scenario}`);
  };
  only("rate", "streaming");
  only("bound-ms", "server");
  only("percentile", "server");
  if (scenario === "streaming") return rate === undefined ? {} : { rate };
  if (scenario !== "server") return {};
  if (boundMs === undefined)
    throw recipeMissingKeyError(source.place([...path, "bound-ms"]), "the latency to keep, ms");
  return { boundMs, percentile: percentile ?? 99 };
}

/** As a recipe says it. */
export function writtenMeasure(spec: MeasureSpec): Record<string, unknown> {
  return renameKeys({ ...spec }, kebabCase);
}
