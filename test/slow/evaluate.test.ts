import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { pare } from "../support/pare.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const model = "recipes/quickstart.onnx";
const data = ["--data", "recipes/vision.yaml"];

describe("pare evaluate", () => {
  it("gives the metrics of the recipe's data with their intervals", async () => {
    const { code, out } = await pare(root, ["evaluate", model, ...data, "--json"]);
    expect(code).toBe(0);
    const { data: source, result } = JSON.parse(out);
    expect(source.samples).toBe(2000);
    const [top1] = result.metrics;
    expect(top1).toMatchObject({ name: "accuracy.top1", unit: "ratio", samples: 2000 });
    expect(top1.interval.low).toBeLessThan(top1.value);
    expect(top1.value).toBeGreaterThan(0.85);
    expect(result.outcomes.columns.predictions.type).toBe("uint8");
    expect(result.confusion.counts.flat().reduce((sum: number, count: number) => sum + count, 0)).toBe(2000);
  });

  it("of a model against itself finds no difference, whatever the batch", async () => {
    const args = ["evaluate", model, ...data, "--against", model, "--batch", "7", "--metrics", "accuracy.top1"];
    const { code, out } = await pare(root, [...args, "--metrics", "fidelity.snr", "--json"]);
    expect(code).toBe(0);
    const { original, result, comparisons } = JSON.parse(out);
    expect(result.metrics[0]).toEqual(original.metrics[0]);
    expect(comparisons).toEqual([expect.objectContaining({ metric: "accuracy.top1", value: 0, pValue: 1 })]);
    expect(result.metrics[1]).toMatchObject({ name: "fidelity.snr", value: 200 });
  });

  it("needs no data beside an original", async () => {
    const { code, out } = await pare(root, ["evaluate", model, "--against", model, "--samples", "3"]);
    expect(code).toBe(0);
    expect(out).toMatch(/3 samples of random inputs\n\nfidelity\.agreement +100\.00 %/);
  });

  it("says which metrics of a recipe need an original", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pare-evaluate-"));
    const recipe = join(folder, "recipe.yaml");
    const test = "data: { test: { generated: glyphs, samples: 20 }, input: { mean: [0.5], std: [0.25] } }";
    writeFileSync(recipe, `version: 1\nmodel: builtin:quickstart\n${test}\nevaluate: [auto, fidelity.snr]\n`);
    const { code, out } = await pare(root, ["evaluate", model, "--data", recipe, "--json"]);
    rmSync(folder, { recursive: true });
    expect(code).toBe(0);
    expect(JSON.parse(out).remarks).toEqual([
      "fidelity.snr of the recipe compares with an original: name it with --against.",
    ]);
  });

  it.each([
    [["evaluate", model], "USAGE at pare evaluate: there is nothing to evaluate the model on."],
    [["evaluate", "no.onnx", ...data], "FILE_MISSING at no.onnx: there is no such file."],
    [
      ["evaluate", model, ...data, "--metrics", "accuracy.top"],
      'there is no metric "accuracy.top". Did you mean "accuracy.top1"?',
    ],
    [
      ["evaluate", model, ...data, "--metrics", "rmse"],
      "MEASURE_METRIC at rmse: this metric needs samples with values",
    ],
  ])("%j is bad input", async (args, message) => {
    const { code, err, out } = await pare(root, args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});
