import { readModelFile } from "@pare/formats";
import type { RunFolder } from "@pare/recipe";
import { type CompressedSizes, compressedSizes } from "../bench/file-sizes.ts";
import { filesOf, sizeOf } from "../model/disk.ts";
import { withCost } from "./cost.ts";
import { type Evaluated, evaluateBoth, type Measured, type ModelPair } from "./evaluate.ts";
import type { RunFacts } from "./facts.ts";
import { type Profiles, profileModel } from "./profile.ts";
import { measureStarts } from "./starts.ts";
import { type Timed, timeBoth } from "./time.ts";
import { timingInputs } from "./timing-inputs.ts";
import type { World } from "./tools.ts";

export interface MeasureRequest {
  readonly folder: RunFolder;
  readonly facts: RunFacts;
  readonly pair: ModelPair;
  readonly world: World;
}

export interface Measurements {
  readonly measured: readonly (Measured | Evaluated | Timed)[];
  readonly profiles: Profiles | undefined;
  /** Undefined where nobody asked, or for a model above 1 GB. */
  readonly compressed: { readonly original?: CompressedSizes; readonly result?: CompressedSizes };
}

/** Each measurement is a part of the run: one that an interrupted run had finished is not repeated. */
export async function measure(request: MeasureRequest): Promise<Measurements> {
  const { folder, facts, pair, world } = request;
  const { checked, dataset } = facts;
  const { recipe } = checked;
  const measured: (Measured | Evaluated | Timed)[] = [];
  if (recipe.evaluate.metrics.length > 0) {
    const part = await folder.part("evaluate", () => evaluateBoth(checked, dataset, pair, world));
    measured.push(part.value);
  }
  for (const [index, spec] of recipe.measure.entries()) {
    const part = await folder.part(`measure ${index}`, async () =>
      withCost(spec, await timeBoth(checked, index, pair, await inputsOf(request, index), world)),
    );
    measured.push(part.value);
  }
  const isAsked = recipe.measure.length > 0 || recipe.gates.some((gate) => /gzip|brotli/.test(gate));
  const compressed = isAsked ? (await folder.part("compressed", () => compressBoth(pair))).value : {};
  if (recipe.measure.length === 0) return { measured, profiles: undefined, compressed };
  const starts = await folder.part("starts", async () => startsOfBoth(request));
  const profiles = await folder.part("profile", () => profileBoth(request));
  return { measured: [...measured, starts.value], profiles: profiles.value, compressed };
}

function inputsOf({ facts, pair, world }: MeasureRequest, index: number) {
  return timingInputs(facts.checked, index, { pair, dataset: facts.dataset }, world);
}

async function compressBoth({ original, result }: ModelPair): Promise<Measurements["compressed"]> {
  const sizes = async (path: string) => {
    const files = filesOf(readModelFile(path), path);
    return await compressedSizes(files, sizeOf(files));
  };
  const [before, after] = [await sizes(original), await sizes(result)];
  return { ...(before && { original: before }), ...(after && { result: after }) };
}

/** Both as the first measurement runs them. */
async function startsOfBoth(request: MeasureRequest): Promise<Measured> {
  const { recipe } = request.facts.checked;
  const { device, threads } = recipe.measure[0]!;
  return measureStarts(request.pair, await inputsOf(request, 0), { device, threads }, recipe.seed, request.world);
}

/** As the first measurement runs them, too. */
async function profileBoth(request: MeasureRequest): Promise<Profiles> {
  const { facts, pair, world } = request;
  const { device, threads } = facts.checked.recipe.measure[0]!;
  const inputs = await inputsOf(request, 0);
  world.progress.report("profiling", 0, 2);
  const original = await profileModel(pair.original, inputs[0], { device, threads }, world);
  world.progress.report("profiling", 1, 2);
  return { original, result: await profileModel(pair.result, inputs[1], { device, threads }, world) };
}
