import { describe, expect, it } from "vitest";
import { checkRecipe } from "./check.ts";
import type { RecipeCatalog } from "./schema.ts";

const catalog: RecipeCatalog = {
  passes: [],
  builtinModels: [],
  generatedData: ["glyphs"],
  metrics: ["auto"],
  engines: ["onnxruntime"],
};

const dataOf = (text: string) =>
  checkRecipe(`version: 1\nmodel: m.onnx\ndata:\n${text}`, "r.yaml", catalog).recipe.data;

describe("sources", () => {
  it.each([
    ["{ images: a.tar.gz }", { images: "a.tar.gz", classes: "folder", corrupt: "fail" }],
    ["{ idx: a.gz, labels: b.gz }", { idx: "a.gz", labels: "b.gz" }],
    ["{ cifar: a.bin, classes: 100 }", { cifar: ["a.bin"], classes: 100 }],
    ["{ arrays: a.npz, target: y }", { arrays: "a.npz", target: "y" }],
    ["{ arrays: { x: x.npy } }", { arrays: { x: "x.npy" } }],
    ["{ table: a.csv, target: y, ignore: [id] }", { table: "a.csv", target: "y", ignore: ["id"] }],
    ["{ text: a.tsv }", { text: "a.tsv", column: "text", tokenizer: "characters", "max-length": 128 }],
    [
      "{ language: a.txt, range: [0.9, 1] }",
      { language: "a.txt", tokenizer: "characters", length: 128, range: [0.9, 1] },
    ],
    ["{ module: ./a.mjs, options: { n: 3 } }", { module: "./a.mjs", options: { n: 3 } }],
    ["./a.mjs", { module: "./a.mjs", options: {} }],
  ])("%s", (written, expected) => {
    expect(dataOf(`  test: ${written}`).test).toEqual(expected);
  });

  it("with shares of the training data", () => {
    const { split } = dataOf("  train: { images: a }\n  split: { test: 0.3 }");
    expect(split).toEqual({ validation: 0, test: 0.3, stratify: true, seed: 0 });
  });
});

it("training images may be augmented", () => {
  const { augment } = dataOf("  train: ./a.mjs\n  augment: { flip: horizontal, crop: { pad: 4 }, cutout: 8 }");
  expect(augment).toEqual({ flip: "horizontal", crop: { pad: 4, fill: "zero" }, cutout: 8 });
  expect(() => dataOf("  train: ./a.mjs\n  augment: { flips: both }")).toThrow("RECIPE_KEY at data.augment.flips");
});

describe("what is wrong with a source, in its own terms", () => {
  it.each([
    [
      "{ images: a, clases: number }",
      'RECIPE_KEY at data.test.clases in r.yaml:4: unknown option. Did you mean "classes"? Options of data.test: images, classes, corrupt, group.',
    ],
    ["{ table: a.csv, targt: y }", 'RECIPE_KEY at data.test.targt in r.yaml:4: unknown option. Did you mean "target"?'],
    ["{ table: a.csv }", "RECIPE_VALUE at data.test.target in r.yaml:4: this is required (expected text)."],
    [
      "{ images: a, corrupt: ignore }",
      'RECIPE_NAME at data.test.corrupt in r.yaml:4: there is no corrupt "ignore". Known: fail, skip.',
    ],
    ["{ generated: glifs }", "data.test.generated"],
    [
      "{ tabel: a.csv }",
      "(expected a map with generated, images, idx, cifar, arrays, table, text, language, or module, got a map with tabel)",
    ],
    [
      "a.csv",
      "RECIPE_VALUE at data.test in r.yaml:4: this value will not do (expected the path of a module: ./source.mjs",
    ],
    ["7", "RECIPE_VALUE at data.test in r.yaml:4"],
  ])("%s", (written, message) => {
    expect(() => dataOf(`  test: ${written}`)).toThrow(message);
  });
});

it("calibration samples are 512 by default, and another number where it says so", () => {
  expect(dataOf("  train: ./a.mjs").calibration).toBeUndefined();
  expect(dataOf("  train: ./a.mjs\n  calibration: {}").calibration).toEqual({ samples: 512, seed: 0 });
  expect(dataOf("  train: ./a.mjs\n  calibration: { samples: 32 }").calibration).toEqual({ samples: 32, seed: 0 });
});
