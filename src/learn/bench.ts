import { describeMachine } from "@pare/engine";
import { readModelFrom } from "@pare/formats";
import type { Model } from "@pare/ir";
import { compareSpeed } from "@pare/measure";
import { type Device, likelyInputs, likelySizes, type PassBench, sampleCases, type Tensors } from "@pare/pass";
import { encodeInputs, portGrids } from "@pare/quantize";
import { MemorySource } from "@pare/tensor";
import type { World } from "../run/tools.ts";
import { noTimingInputsError } from "./errors.ts";
import { calibrationBatches } from "./feeds.ts";
import type { LearningData } from "./learning-data.ts";

export interface BenchSettings {
  readonly device: Device;
  readonly threads: number;
  readonly seed: number;
  /** Of the machine that choices are for. Default: of this one. */
  readonly cpuFeatures?: readonly string[] | undefined;
}

const defaultBudgetMs = 4000;
const profiledRuns = 10;
const profileMs = 500;

/** Measures on this machine, on the first calibration sample or, without data, on drawn inputs. */
export function createBench(
  data: LearningData | undefined,
  world: World,
  { device, threads, seed, cpuFeatures = presentFeatures() }: BenchSettings,
): PassBench {
  const { engine, signal } = world;
  const session = { device, threads, signal };
  return {
    device,
    cpuFeatures,
    async time(models, { budgetMs = defaultBudgetMs } = {}) {
      const inputs: Tensors[] = [];
      for (const model of models) inputs.push(await timingInputs(model, data, world, seed));
      const measured = await compareSpeed(engine, models, {
        inputs,
        session,
        budgetMs,
        seed,
        progress: world.progress,
        signal,
      });
      return measured.map(({ medianMs, ratio, interval }) => {
        return { medianMs, ratio: { value: ratio, low: interval?.low ?? 0, high: interval?.high ?? Infinity } };
      });
    },
    async profile(model, { runs = profiledRuns } = {}) {
      const inputs = await timingInputs(model, data, world, seed);
      await using opened = await engine.open(model, { ...session, profile: true, optimizedModel: true });
      const began = performance.now();
      for (let i = 0; i < runs && (i === 0 || performance.now() - began < profileMs); i++)
        await opened.run(inputs, { signal });
      const optimized = readModelFrom(new MemorySource(await opened.optimizedModel()), { areWeightsAbsent: true });
      return { profile: await opened.profile(), optimized };
    },
  };
}

/** Processor features of this machine, by name. */
export function presentFeatures(): readonly string[] {
  return (describeMachine().features ?? []).filter(({ present }) => present).map(({ name }) => name);
}

async function timingInputs(
  model: Model,
  data: LearningData | undefined,
  { engine, signal }: World,
  seed: number,
): Promise<Tensors> {
  if (data !== undefined)
    for await (const inputs of calibrationBatches(model, data, { batch: 1, samples: 1 }))
      return encodeInputs(inputs, portGrids(model));
  await using session = await engine.open(model, { signal });
  for (const choose of likelySizes) {
    const drawn = likelyInputs(model, seed, choose) ?? sampleCases(model, seed, choose)?.[0]?.inputs;
    if (drawn === undefined) continue;
    const isRun = await session.run(drawn, { signal }).then(
      () => true,
      () => false,
    );
    if (isRun) return drawn;
  }
  throw noTimingInputsError();
}
