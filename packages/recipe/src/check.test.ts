import { isPareError } from "@pare/error";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { checkRecipe } from "./check.ts";
import { writtenOut } from "./recipe.ts";
import type { RecipeCatalog } from "./schema.ts";

const catalog: RecipeCatalog = {
  passes: [
    { name: "simplify", summary: "all of them", options: z.strictObject({}) },
    {
      name: "quantize/static",
      summary: "integers",
      options: z.object({
        granularity: z.enum(["tensor", "channel"]).default("channel"),
        ranges: z.int().min(1).max(9).default(3),
        maxDrop: z.number().min(0).max(1).default(0.01),
      }),
    },
  ],
  builtinModels: ["quickstart"],
  generatedData: ["glyphs"],
  metrics: ["accuracy.top1", "loss"],
  engines: ["onnxruntime"],
};

const check = (text: string) => checkRecipe(text, "recipes/my recipe.yaml", catalog);

function faultOf(text: string): string {
  try {
    check(text);
  } catch (error) {
    if (isPareError(error)) return error.message;
    throw error;
  }
  return "no error";
}

test("a model that the command line gives need not be in the recipe; the recipe's own goes before", () => {
  const given = (text: string) => checkRecipe(text, "recipes/my recipe.yaml", catalog, { model: "/m/a.onnx" });
  expect(given("version: 1\ndata: { test: { generated: glyphs, samples: 9 } }").recipe.model).toBe("/m/a.onnx");
  expect(given("version: 1\nmodel: b.onnx").recipe.model).toBe("b.onnx");
});

test("inputs are bound to fields, which may be named with the kind of their source", () => {
  const inputs = "inputs: { input_ids: text.ids, mask: mask, other: images.image }";
  const { recipe } = check(`version: 1\nmodel: m.onnx\ndata: { test: { text: t.csv }, ${inputs} }\n`);
  expect(recipe.data.inputs).toEqual({ input_ids: "ids", mask: "mask", other: "images.image" });
});

test("every default is written out", () => {
  expect(check("version: 1\nmodel: m.onnx\ndata: { test: { generated: glyphs } }\nmeasure: [{}]").recipe).toEqual({
    version: 1,
    name: "my-recipe",
    seed: 0,
    model: "m.onnx",
    data: {
      test: { generated: "glyphs", samples: 2000, seed: 1 },
      input: { layout: "NCHW", scale: "1/255", mean: [0], std: [1] },
    },
    evaluate: { metrics: ["auto"], activation: "auto", samples: 100 },
    steps: [],
    measure: [
      { name: "online", engine: "onnxruntime", device: "cpu", threads: 1, scenario: "online", batch: 1, budget: 20 },
    ],
    gates: [],
  });
});

test("streaming and server have options of their own, written out as they are read", () => {
  const { recipe } = check(`version: 1
model: m.onnx
measure:
  - { name: cam, scenario: streaming, rate: 30 }
  - { name: api, scenario: server, bound-ms: 50 }
`);
  const common = { engine: "onnxruntime", device: "cpu", threads: 1, batch: 1, budget: 20 };
  expect(recipe.measure).toEqual([
    { name: "cam", scenario: "streaming", rate: 30, ...common },
    { name: "api", scenario: "server", boundMs: 50, percentile: 99, ...common },
  ]);
  expect(check(stringify(writtenOut(recipe))).recipe).toEqual(recipe);
});

test("a step is a name or a name with options, and selectors go beside the options", () => {
  const { recipe } = check(`version: 1
model: m.onnx
steps:
  - simplify
  - simplify:
  - quantize/static: { ranges: 5, except: "head*" }
`);
  expect(recipe.steps).toEqual([
    { pass: "simplify", only: [], except: [], options: {} },
    { pass: "simplify", only: [], except: [], options: {} },
    {
      pass: "quantize/static",
      only: [],
      except: ["head*"],
      options: { granularity: "channel", ranges: 5, maxDrop: 0.01 },
    },
  ]);
});

test("the recipe written out is a recipe again, with the same digest", () => {
  const text = `version: 1
model: builtin:quickstart
data: { test: { generated: glyphs, samples: 10 } }
steps: [simplify, { quantize/static: { only: ["op:Conv"], max-drop: 0.5 } }]
measure: [{ scenario: batch }]`;
  const first = check(text);
  const again = check(stringify(writtenOut(first.recipe)));
  expect(again.recipe).toEqual(first.recipe);
  expect(again.sha256).toBe(first.sha256);
});

test("the digest sees what the recipe says, not how it is written", () => {
  const plain = check("version: 1\nmodel: m.onnx\nseed: 0");
  expect(check("# a remark\nmodel: m.onnx\nversion: 1").sha256).toBe(plain.sha256);
  expect(check("version: 1\nmodel: m.onnx\nseed: 1").sha256).not.toBe(plain.sha256);
});

const file = "recipes/my recipe.yaml";

test.each([
  [
    "a mistyped key that had to be there",
    "version: 1\nmodle: m.onnx",
    `RECIPE_KEY at modle in ${file}:2: unknown option. Did you mean "model"? ` +
      "Options of a recipe: version, name, seed, model, data, evaluate, steps, measure, gates.",
  ],
  [
    "an unknown key",
    "version: 1\nmodel: m\nsed: 3",
    `RECIPE_KEY at sed in ${file}:3: unknown option. Did you mean "seed"? ` +
      "Options of a recipe: version, name, seed, model, data, evaluate, steps, measure, gates.",
  ],
  [
    "an unknown key deeper down",
    "version: 1\nmodel: m\ndata:\n  test: { generated: glyphs,\n    sample: 3 }",
    `RECIPE_KEY at data.test.sample in ${file}:5: unknown option. Did you mean "samples"? Options of data.test: generated, samples, seed.`,
  ],
  [
    "an unknown key in a list",
    "version: 1\nmodel: m\nmeasure:\n  - { scenario: online }\n  - { batsh: 3 }",
    `RECIPE_KEY at measure[1].batsh in ${file}:5: unknown option. Did you mean "batch"? ` +
      "Options of measure: name, engine, device, threads, scenario, batch, rate, bound-ms, percentile, budget, price-per-hour.",
  ],
  [
    "an unknown option of a step",
    "version: 1\nmodel: m\nsteps:\n  - simplify\n  - quantize/static:\n      granulrity: channel",
    `RECIPE_KEY at steps[1].granulrity in ${file}:6: unknown option. Did you mean "granularity"? ` +
      "Options of quantize/static: granularity, ranges, max-drop, only, except.",
  ],
  [
    "an option's name as code has it",
    "version: 1\nmodel: m\nsteps: [{ quantize/static: { maxDrop: 1 } }]",
    `RECIPE_KEY at steps[0].maxDrop in ${file}:3: unknown option. Did you mean "max-drop"? ` +
      "Options of quantize/static: granularity, ranges, max-drop, only, except.",
  ],
  [
    "an option of two words, by its written name",
    "version: 1\nmodel: m\nsteps: [{ quantize/static: { max-drop: 2 } }]",
    `RECIPE_VALUE at steps[0].max-drop in ${file}:3: this value will not do (expected at most 1, got 2).`,
  ],
  [
    "a value outside a set",
    "version: 1\nmodel: m\nsteps: [{ quantize/static: { granularity: chanel } }]",
    `RECIPE_NAME at steps[0].granularity in ${file}:3: there is no granularity "chanel". Did you mean "channel"? Known: tensor, channel.`,
  ],
  [
    "a value that is too large",
    "version: 1\nmodel: m\nsteps: [{ quantize/static: { ranges: 10 } }]",
    `RECIPE_VALUE at steps[0].ranges in ${file}:3: this value will not do (expected at most 9, got 10).`,
  ],
  [
    "a value that must be more than 0",
    "version: 1\nmodel: m\ndata:\n  input: { std: [0] }",
    `RECIPE_VALUE at data.input.std[0] in ${file}:4: this value will not do (expected more than 0, got 0).`,
  ],
  [
    "a value of another type",
    "version: 1\nmodel: m\nseed: many",
    `RECIPE_VALUE at seed in ${file}:3: this value will not do (expected a number, got "many").`,
  ],
  [
    "a step that does not exist",
    "version: 1\nmodel: m\nsteps:\n  - simplfy",
    `RECIPE_NAME at steps[0] in ${file}:4: there is no step "simplfy". Did you mean "simplify"? Known: simplify, quantize/static.`,
  ],
  [
    "a step of two names",
    "version: 1\nmodel: m\nsteps:\n  - { simplify: {}, quantize/static: {} }",
    `RECIPE_VALUE at steps[0] in ${file}:4: this value will not do (expected a step's name, or one name with its options: ` +
      "{ name: { option: value } }, got a map with simplify, quantize/static).",
  ],
  ["no model", "version: 1", `RECIPE_VALUE at model in ${file}:1: this is required (expected text).`],
  ["no version", "model: m", `RECIPE_VALUE at version in ${file}:1: this is required (expected 1).`],
  [
    "another version",
    "version: 2\nmodel: m",
    `RECIPE_VALUE at version in ${file}:1: this value will not do (expected 1, got 2).`,
  ],
  [
    "an unknown built-in model",
    "version: 1\nmodel: builtin:quikstart",
    `RECIPE_NAME at model in ${file}:2: there is no built-in model "quikstart". Did you mean "quickstart"? Known: quickstart.`,
  ],
  [
    "a server without its bound",
    "version: 1\nmodel: m\nmeasure:\n  - { scenario: server }",
    `RECIPE_VALUE at measure[0].bound-ms in ${file}:4: this is required (expected the latency to keep, ms).`,
  ],
  [
    "a rate where requests come when the model is free",
    "version: 1\nmodel: m\nmeasure:\n  - { rate: 30 }",
    `RECIPE_VALUE at measure[0].rate in ${file}:4: this value will not do (expected scenario: streaming, got scenario: online).`,
  ],
  [
    "two measurements of one name",
    "version: 1\nmodel: m\nmeasure:\n  - {}\n  - { threads: 2 }",
    `RECIPE_TWICE at measure[1] in ${file}:5: two measurements are called "online". Give each a \`name\` of its own.`,
  ],
  [
    "a metric that does not exist",
    "version: 1\nmodel: m\nevaluate: [loss, accuracy.top]",
    `RECIPE_NAME at evaluate[1] in ${file}:3: there is no value "accuracy.top". Did you mean "accuracy.top1"? ` +
      "Known: auto, accuracy.top1, loss.",
  ],
  [
    "accuracy without data",
    "version: 1\nmodel: m\nevaluate: [loss]",
    `RECIPE_DATA at evaluate in ${file}:3: accuracy is asked for, but there is no test data. ` +
      "Add `data: { test: … }`, or remove `evaluate`.",
  ],
  [
    "broken YAML",
    "version: 1\nmodel: [",
    `RECIPE_YAML at ${file}:2: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ].`,
  ],
  [
    "a key twice",
    "version: 1\nmodel: a\nmodel: b",
    `RECIPE_YAML at ${file}:3: this is not YAML: Map keys must be unique.`,
  ],
  [
    "no map at all",
    "just text",
    `RECIPE_VALUE at ${file}:1: this value will not do (expected a map that starts with \`version: 1\`, got "just text").`,
  ],
  [
    "an empty file",
    "",
    `RECIPE_VALUE at ${file}: this value will not do (expected a map that starts with \`version: 1\`, got nothing).`,
  ],
])("%s is refused with its place", (_, text, message) => {
  expect(faultOf(text)).toBe(message);
});

test("aliases that multiply without end are refused at once", () => {
  const lines = Array.from({ length: 40 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`);
  expect(faultOf(`version: 1\ndata:\n  a0: &a0 [x]\n${lines.join("\n")}`)).toMatch(/^RECIPE_YAML .*alias/i);
});

test("a missing file and a model in place of a recipe say so", async () => {
  const { readRecipe } = await import("./check.ts");
  expect(() => readRecipe("nowhere.yaml", catalog)).toThrow(
    "RECIPE_MISSING at nowhere.yaml: there is no such file (expected a recipe in YAML). `pare init` writes a recipe.",
  );
  expect(() => readRecipe(".", catalog)).toThrow(/^RECIPE_UNREADABLE at \.: it cannot be read: it is a folder/);
});
