import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { afterAll, describe, expect, it } from "vitest";
import { benchModels } from "./bench.ts";
import { benchText, costPerMillion } from "./text.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** `times` products of [batch, 128] by a square matrix. */
function products(name: string, times: number, batch = "N"): string {
  const nodes = Array.from({ length: times }, (_, i) => `h${i + 1} = MatMul (h${i}, w)`).join(" ");
  const text = `main (float[${batch}, 128] h0) => (float[${batch}, 128] h${times}) <float[128, 128] w = random(1)> { ${nodes} }`;
  const path = join(folder, name);
  writeModel(parseModel(text), path, { force: true });
  return path;
}

const quick = { budget: 0.4, starts: 0 };

describe("benchModels", () => {
  it("finds a model with ten times the work slower, and says so", async () => {
    const files = [products("short.onnx", 3), products("long.onnx", 30)];
    const bench = await benchModels(files, { ...quick, scenario: "batch", batch: 16 });
    expect(bench.inputs).toEqual([{ name: "h0", dtype: "float32", shape: [16, 128] }]);
    expect(bench.models[0]!.against).toBeUndefined();
    expect(bench.models[1]!.against!.latency.ratio).toBeGreaterThan(3);
    expect(bench.models[1]!.against!.latency.verdict).toBe("worse");
    expect(bench.models[0]!.compressed!.gzipBytes).toBeLessThan(bench.models[0]!.sizeBytes);
    expect(benchText(bench, 1)).toMatch(/long\.onnx against short\.onnx: slower/);
  });

  it("starts each model afresh", async () => {
    const { models } = await benchModels([products("fresh.onnx", 1)], { ...quick, starts: 1 });
    expect(models[0]!.starts!.coldStartMs).toHaveLength(1);
    expect(models[0]!.profile).toBeUndefined();
  });

  it("lists the time of each node, the slowest first", async () => {
    const bench = await benchModels([products("traced.onnx", 4)], { ...quick, nodes: true });
    const { nodes, nodeCount, totalMs } = bench.models[0]!.profile!;
    expect(nodes.map(({ op }) => op)).toContain("MatMul");
    expect(nodeCount).toBe(nodes.length);
    expect(totalMs).toBeCloseTo(
      nodes.reduce((sum, { ms }) => sum + ms, 0),
      9,
    );
    expect(benchText(bench, undefined)).toMatch(
      /traced\.onnx: time by node, mean of \d+ traced runs[\s\S]*MatMul +CPU/,
    );
  });

  it("fits a narrow terminal", async () => {
    const files = [products("resembling.onnx", 1), products("resembling-too.onnx", 1)];
    const bench = await benchModels(files, { ...quick, scenario: "server", boundMs: 50 });
    expect(
      benchText(bench, undefined)
        .split("\n")
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it("takes free sizes from --input-shape, and from a model that has fixed them", async () => {
    const free = products("free.onnx", 1);
    const given = await benchModels([free], { ...quick, inputShapes: { h0: [7, 128] } });
    expect(given.batch).toBe(7);
    const fixed = await benchModels([products("fixed.onnx", 1, "5")], quick);
    expect(fixed.batch).toBe(5);
  });

  it("feeds every input of a model from a recipe's data, bound as evaluate binds it", async () => {
    const model = join(folder, "two.onnx");
    const text = "main (float[N, 3, 32, 32] picture, float[N, 3, 32, 32] other) => (y) { y = Mul (picture, other) }";
    writeModel(parseModel(text), model);
    const recipe = join(folder, "two.yaml");
    const inputs = "{ picture: image, other: image }";
    writeFileSync(
      recipe,
      `version: 1\nmodel: two.onnx\ndata: { test: { generated: glyphs, samples: 20 }, inputs: ${inputs} }\n`,
    );
    const bench = await benchModels([model], { ...quick, data: recipe, batch: 3 });
    expect(bench.inputs.map(({ name }) => name)).toEqual(["picture", "other"]);
    expect(bench.batch).toBe(3);
  });

  it("refuses sizes that no model takes", async () => {
    const files = [products("fixed.onnx", 1, "5")];
    await expect(benchModels(files, { ...quick, batch: 2 })).rejects.toThrow(
      /^BENCH_BATCH at input "h0" of .*fixed\.onnx: the first size of this input is fixed \(expected a batch of 5, got 2\)/,
    );
    await expect(benchModels(files, { ...quick, inputShapes: { h0: [5, 3] } })).rejects.toThrow(
      "BENCH_SHAPE at --input-shape h0:5,3: no model takes these sizes (expected [5, 128]).",
    );
    await expect(benchModels(files, { ...quick, inputShapes: { y: [5] } })).rejects.toThrow("one of the inputs h0");
  });
});

describe("costPerMillion", () => {
  it("is what a million predictions take of an hour's price: 3.6 ms each make one hour", () => {
    expect(costPerMillion(3.6, 1, 2)).toBeCloseTo(2, 12);
    expect(costPerMillion(3.6, 4, 2)).toBeCloseTo(0.5, 12);
  });
});
