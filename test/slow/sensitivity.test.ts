import { fileURLToPath } from "node:url";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, type Model } from "@pare/ir";
import { rankGroups, rankingNote, targets, writeStatic } from "@pare/quantize";
import { readRecipe } from "@pare/recipe";
import { numbers } from "@pare/tensor";
import { afterAll, expect, test } from "vitest";
import { recipeCatalog } from "../../src/catalog.ts";
import { openPatient, type Patient } from "../../src/doctor/patient.ts";

const engine = createOnnxRuntimeEngine();
const world = { engine, progress: { report: () => {} }, signal: new AbortController().signal };
afterAll(() => engine[Symbol.asyncDispose]());

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const target = targets.get("cpu-x64-vnni")!;

async function opened(): Promise<Patient> {
  const checked = readRecipe(path("scripts/saturation/recipe.yaml"), recipeCatalog);
  return await openPatient(
    { model: path("recipes/quickstart.onnx"), against: undefined, target: undefined, checked },
    world,
  );
}

/** Mean divergence of the probabilities of the first 64 calibration samples. */
async function divergence({ prepared, tools }: Patient, changed: Model): Promise<number> {
  for await (const batch of tools.data.batches({ batch: 64, samples: 64 })) {
    const [before] = await tools.run(prepared, [batch]);
    const [after] = await tools.run(changed, [batch]);
    const [p, q] = [before!, after!].map((outputs) => numbers([...outputs.values()][0]!));
    let sum = 0;
    for (let at = 0; at < p!.length; at += 10) sum += rowDivergence(p!.subarray(at, at + 10), q!.subarray(at, at + 10));
    return sum / (p!.length / 10);
  }
  return Number.NaN;
}

function rowDivergence(a: Float64Array, b: Float64Array): number {
  const [logA, logB] = [a, b].map((row) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)));
  return a.reduce((sum, x, i) => sum + Math.exp(x - logA!) * (x - logA! - (b[i]! - logB!)), 0);
}

test("all groups on is what the written model gives, and one off what it gives with that group in float", async () => {
  const patient = await opened();
  const { prepared, tools } = patient;
  const ranking = await rankGroups(prepared, target, {}, tools, { direction: "float" });
  expect(ranking).toMatchObject({ unit: "nats", samples: 64, direction: "float" });
  const written = cloneModel(prepared);
  await writeStatic(written, target, {}, tools);
  // Both are small; what differs is how biases and sums are rounded.
  const all = ranking.all / (await divergence(patient, written));
  expect(all).toBeGreaterThan(2 / 3);
  expect(all).toBeLessThan(3 / 2);
  const [first] = ranking.ranked;
  const without = cloneModel(prepared);
  const nodes = new Set(first!.computing);
  await writeStatic(without, target, {}, tools, ({ name }) => (nodes.has(name) ? "sensitive" : undefined));
  const left = await divergence(patient, without);
  expect(left).toBeLessThan(ranking.all);
  // Alike, not the same: what lies between a float node and its neighbours may go back to float with it.
  expect(first!.divergence / left).toBeGreaterThan(0.5);
  expect(first!.divergence / left).toBeLessThan(2);
});

test("with all else float, a layer whose weights are made coarse matters most; the same again gives the same", async () => {
  const { prepared, tools } = await opened();
  const options = { direction: "quantized", budgetMs: 120_000 } as const;
  const ranking = await rankGroups(prepared, target, {}, tools, options);
  const divergences = ranking.ranked.map((part) => part.divergence);
  expect(divergences).toEqual([...divergences].sort((a, b) => b - a));
  expect(ranking.ranked.every(({ groups }) => groups.length === 1)).toBe(true);
  expect(await rankGroups(prepared, target, {}, tools, options)).toEqual(ranking);
  const coarse = await rankGroups(prepared, target, { bits: 3 }, tools, options);
  expect(coarse.ranked[0]!.divergence).toBeGreaterThan(10 * divergences[0]!);
});

test("without time, neighbours are measured together, and nothing is left out", async () => {
  const { prepared, tools } = await opened();
  const whole = await rankGroups(prepared, target, {}, tools, { budgetMs: 120_000 });
  const hurried = await rankGroups(prepared, target, {}, tools, { budgetMs: 1 });
  expect(hurried.ranked.length).toBeLessThan(whole.ranked.length);
  const groups = (ranking: typeof whole) => ranking.ranked.flatMap((part) => part.groups).sort((a, b) => a - b);
  expect(groups(hurried)).toEqual(groups(whole));
  expect(rankingNote(whole).sensitivity?.parts[0]?.nodes).toEqual(whole.ranked[0]!.nodes);
});
