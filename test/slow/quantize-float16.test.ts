import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import type { Tools } from "@pare/pass";
import { runPass } from "@pare/pass";
import { quantizeFloat16 } from "@pare/quantize";
import { checkRecipe } from "@pare/recipe";
import { afterAll, describe, expect, it } from "vitest";
import { builtinModelPath, recipeCatalog } from "../../src/catalog.ts";
import { openLearningData } from "../../src/learn/learning-data.ts";
import { learningTools } from "../../src/learn/learning-tools.ts";
import { createTools, type World } from "../../src/run/tools.ts";

/** What float16 does to models on data: seen in the engine, with statistics of every value. */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const world: World = { engine, signal: new AbortController().signal, progress: { report: () => {} } };

const recipe = `version: 1
model: builtin:quickstart
data:
  train: { generated: glyphs, samples: 60 }
  validation: { generated: glyphs, samples: 1000 }
  test: { generated: glyphs, samples: 1 }
  calibration: { samples: 60 }
  input: { mean: [0.5], std: [0.25] }
evaluate: [accuracy.top1]`;

async function toolsFor(model: Model): Promise<Tools & Required<Pick<Tools, "data">>> {
  const data = await openLearningData(checkRecipe(recipe, "/r/r.yaml", recipeCatalog));
  const learning = learningTools(model, { data, bench: undefined }, world);
  return { ...createTools(world, { seed: 1 }), data: learning.data! };
}

async function converted(original: Model, options: object) {
  const model = cloneModel(original);
  const tools = await toolsFor(model);
  const { notes } = await runPass(model, quantizeFloat16, { target: "cpu-x64-vnni", ...options }, tools);
  const [judgement] = await tools.data.judge([model], original);
  return { model, texts: notes.map(({ text }) => text), judgement: judgement! };
}

/** h is what a pixel of −2 … 2 gives times 200, squared: up to 160,000, and small again at the end. */
const overflowing = parseModel(`main (float[batch,3,32,32] image) => (float[batch,10] logits) <
  float[3072,10] w = random(1), float big = {200}, float small = {0.00001}> {
  flat = Flatten (image)
  h = Mul (flat, big)
  g = Mul (h, big)
  squares = Mul (h, g)
  scaled = Mul (squares, small)
  logits = MatMul (scaled, w)
}`);

describe("float16 on data", () => {
  it("loses at most two of 1000 predictions, and nothing is infinite or NaN", async () => {
    const { judgement, texts } = await converted(readModelFile(builtinModelPath("quickstart")), {});
    expect(judgement).toMatchObject({ metric: "accuracy.top1", samples: 1000 });
    expect(Math.abs(judgement.drop)).toBeLessThanOrEqual(0.002);
    expect(judgement.snrDb).toBeGreaterThan(50);
    expect(texts.at(-1)).toBe("nothing infinite or NaN on the calibration data that was not before");
    expect(texts[0]).toMatch(/^(\d+) of \1 nodes/);
  });

  it("keeps what overflows in float32", async () => {
    const { judgement, texts } = await converted(overflowing, {});
    expect(judgement.snrDb).toBeGreaterThan(40);
    expect(texts).toContain("3 in float32: values beyond float16's range on data");
  });

  it("finds by running it what becomes NaN, and makes that float32", async () => {
    // A square of 1e-8 is 0 in float16, and 0 ÷ 0 no number; in float32 the quotient is 1 or −1.
    const vanishing = parseModel(`main (float[batch,3,32,32] image) => (float[batch,10] logits) <
      float[3072,10] w = random(1), float tiny = {0.0001}, float half = {0.3}> {
      flat = Flatten (image)
      shifted = Add (flat, half)
      small = Mul (shifted, tiny)
      square = Mul (small, small)
      root = Sqrt (square)
      signs = Div (small, root)
      logits = MatMul (signs, w)
    }`);
    const { judgement, texts } = await converted(vanishing, {});
    expect(judgement.snrDb).toBeGreaterThan(30);
    expect(texts).toContain("5 in float32: infinite or NaN in float16 on data");
    expect(texts.at(-1)).toMatch(/^nothing infinite/);
  });
});
