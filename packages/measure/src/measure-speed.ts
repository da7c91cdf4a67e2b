import type { Model } from "@pare/ir";
import type { Engine, Tensors } from "@pare/pass";
import { type LatencyOptions, measureLatency, type Scenario } from "./latency.ts";
import type { ModelLatency } from "./latency-summary.ts";
import { type LoadScenario, type ModelLoad, measureLoad } from "./load/measure-load.ts";
import type { SpeedKey, SpeedMetric } from "./speed-metric.ts";
import type { RatioEstimate } from "./stats/bootstrap.ts";
import type { WarmUp } from "./warm-up.ts";

export type SpeedScenario = Scenario | LoadScenario;

export interface SpeedOptions extends Omit<LatencyOptions, "scenario" | "inputs"> {
  readonly scenario: SpeedScenario;
  /** One for each model. */
  readonly inputs: readonly Tensors[];
}

export interface SpeedMeasurement {
  readonly scenario: SpeedScenario;
  readonly models: readonly ModelSpeed[];
  /** The first one stands for the speed. */
  readonly metrics: readonly SpeedMetric[];
  /** The first model against itself, by what stands for the speed. */
  readonly control: RatioEstimate;
  readonly noiseFloor: number;
  readonly warmUp: WarmUp;
  /** In which the models took turns. */
  readonly rounds: number;
}

export interface ModelSpeed {
  /** Of streaming and server: at the rate of `load`, counted from the scheduled arrival. */
  readonly latency: ModelLatency;
  /** Streaming and server. */
  readonly load: Omit<ModelLoad, "latency"> | undefined;
}

/** Models side by side in any scenario. @throws MEASURE_MODELS; those of the engine */
export async function measureSpeed(
  engine: Engine,
  models: readonly (Model | { readonly path: string })[],
  options: SpeedOptions,
): Promise<SpeedMeasurement> {
  const { scenario, ...rest } = options;
  if (scenario.kind === "streaming" || scenario.kind === "server") {
    const measured = await measureLoad(engine, models, { ...rest, scenario });
    return { ...measured, models: measured.models.map(({ latency, ...load }) => ({ latency, load })) };
  }
  const { control, noiseFloor, metrics, warmUp, ...measured } = await measureLatency(engine, models, {
    ...rest,
    scenario,
  });
  return {
    ...{ scenario, metrics, control, noiseFloor, warmUp },
    models: measured.models.map((latency) => ({ latency, load: undefined })),
    rounds: measured.models[0]!.blocksMs.length,
  };
}

/** What a measurement of a scenario may give, the one that stands for the speed first. */
export function speedKeys(scenario: SpeedScenario["kind"], hasRate: boolean): readonly SpeedKey[] {
  const percentiles = ["p50", "p90", "p95", "p99"] as const;
  if (scenario === "online") return percentiles;
  return scenario === "streaming" && hasRate ? ["throughput", ...percentiles, "drops"] : ["throughput"];
}
