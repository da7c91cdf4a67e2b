import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRecipe } from "@pare/recipe";
import { afterAll, expect, test } from "vitest";
import { recipeCatalog } from "../catalog.ts";
import { readGates } from "../run/gates.ts";
import { type DataLook, lookAtData } from "./look-at-data.ts";
import { lookAtModel, type ModelLook } from "./look-at-model.ts";
import { recipeText } from "./recipe-text.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const port = (dtype: string, ...shape: readonly (number | string | null)[]) => ({ name: "x", dtype, shape });

test.each([
  [[port("float32", 1, 3, 32, 48)], "images", { layout: "NCHW", channels: 3, height: 32, width: 48 }],
  [[port("float32", "N", 28, 28, 1)], "images", { layout: "NHWC", channels: 1, height: 28, width: 28 }],
  [[port("uint8", null, 3, "h", "w")], "images", { layout: "NCHW", channels: 3 }],
  [[port("float32", "N", 30)], "numbers", undefined],
  [[port("int64", 1, 128), port("int64", 1, 128)], "tokens", undefined],
  [[port("float32", 1, 257), port("float32", 1, 2, 128, 2)], "other", undefined],
])("%j is a model of %s", (inputs, task, image) => {
  const look = lookAtModel({ inputs, outputs: [port("float32", 1, 10)] });
  expect(look).toEqual({ task, scores: 10, ...(image && { image }) });
});

const numbers: ModelLook = { task: "numbers", scores: 2 };

test("a table: its last column is the answer unless one is named; a file without names gets some", () => {
  const named = write("a.csv", "age,income,buys\n31,5.5,yes\n40,7,no\n");
  expect(lookAtData(named, undefined, numbers).source).toEqual({
    table: named,
    target: "buys",
    task: "classification",
  });
  expect(lookAtData(named, "income", { task: "numbers", scores: 1 })).toMatchObject({
    source: { target: "income", task: "regression" },
    labels: "values",
  });
  const bare = write("b.csv", "31,5.5,'-1'\n40,7,'1'\n");
  expect(lookAtData(bare, undefined, numbers).source).toMatchObject({
    columns: ["x1", "x2", "target"],
    target: "target",
  });
  expect(() => lookAtData(named, "bys", numbers)).toThrow(
    /^INIT_TARGET at .*: there is no column "bys"\. Did you mean "buys"\? Columns: age, income, buys\.$/,
  );
});

test("texts for a model of tokens; folders of pictures; what nobody knows", () => {
  const texts = write("t.tsv", "so good\t1\nso bad\t0\n");
  expect(lookAtData(texts, undefined, { task: "tokens" })).toMatchObject({
    source: { text: texts, column: "x1", target: "target", columns: ["x1", "target"] },
    isDivided: false,
  });
  const raw = write("raw.txt", "so good");
  expect(lookAtData(raw, undefined, { task: "tokens" }).source).toEqual({ language: raw });
  mkdirSync(join(folder, "pictures/0007"), { recursive: true });
  const pictures = join(folder, "pictures");
  expect(lookAtData(pictures, undefined, numbers).source).toEqual({ images: pictures, classes: "number" });
  expect(() => lookAtData(write("x.weird", ""), undefined, numbers)).toThrow(
    /^INIT_DATA at .*x\.weird: what kind of data/,
  );
  expect(() => lookAtData(write("x.npz", ""), undefined, numbers)).toThrow(/^INIT_TARGET .*Add --target <name>\.$/);
});

const source: DataLook = { source: { images: "/p i" }, labels: "class", isSized: true, isDivided: false };
const image = { layout: "NHWC", channels: 1, height: 224, width: 224 } as const;

test.each([
  ["nothing", undefined, { task: "other" }, "fidelity.snr >= 40"],
  ["pictures", source, { task: "images", image }, "accuracy.top1 >= original.accuracy.top1 - 0.01"],
  [
    "numbers",
    { source: { table: "t.csv", target: "y" }, labels: "values", isSized: false, isDivided: true },
    { task: "numbers" },
    "rmse <= 1.02 * original.rmse",
  ],
  [
    "text",
    { source: { language: "t.txt" }, labels: "tokens", isSized: false, isDivided: false },
    { task: "tokens" },
    "perplexity <=",
  ],
] as const)("with %s the recipe is whole, and its gates speak of what is measured", async (_, data, look, gate) => {
  const answers = { model: "m.onnx", look, data, isTimed: true, threads: 2, isQuickstart: false };
  const checked = checkRecipe(recipeText(answers, "recipe.yaml"), "recipe.yaml", recipeCatalog);
  const gates = await readGates(checked);
  expect(gates.map(({ expression }) => expression)).toEqual([
    expect.stringContaining(gate),
    "latency.online.p50 <= 1.05 * original.latency.online.p50",
    "size.file <= 1.01 * original.size.file",
  ]);
});

test("pictures are brought to the model's size and order", () => {
  const answers = { model: "m.onnx", look: { task: "images", image }, data: source } as const;
  expect(recipeText({ ...answers, isTimed: false, threads: 1, isQuickstart: false }, "recipe.yaml")).toContain(
    '  test: { images: "/p i" }\n',
  );
  expect(recipeText({ ...answers, isTimed: false, threads: 1, isQuickstart: false }, "recipe.yaml")).toContain(
    "input: { grey: true, resize: 256, crop: 224, layout: NHWC, scale: 1/255, mean: [0], std: [1] }",
  );
});
