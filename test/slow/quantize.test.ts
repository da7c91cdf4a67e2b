import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readModel } from "@pare/formats";
import { afterAll, describe, expect, it } from "vitest";
import { pare } from "../support/pare.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pare-quantize-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = "recipes/quickstart.onnx";
const data = ["--data", join(folder, "data.yaml")];
/** The ready recipe's, of fewer images. */
const dataText = `version: 1
name: vision
model: builtin:quickstart
data:
  train: { generated: glyphs, samples: 128, seed: 2 }
  validation: { generated: glyphs, samples: 500, seed: 3 }
  test: { generated: glyphs, samples: 400, seed: 1 }
  input: { scale: 1/255, mean: [0.5], std: [0.25] }
evaluate: [accuracy.top1, loss, fidelity.agreement]
`;
writeFileSync(data[1]!, dataText);
const cache = ["--cache-dir", join(folder, "cache")];
const operators = (path: string) => [...readModel(path).graph.nodes].map(({ type }) => type);

function quantize(out: string, ...args: readonly string[]) {
  return pare(root, ["quantize", model, "-o", join(folder, out), ...cache, ...args]);
}

describe("pare quantize", { timeout: 180_000 }, () => {
  it("static: integers where the target has them, proven where this machine is the target", async () => {
    const { code, out } = await quantize("static.onnx", "--scheme", "static", ...data, "--json");
    expect(code).toBe(0);
    const { judgement, time, notes, sizeBytesBefore, sizeBytesAfter } = JSON.parse(out);
    expect(sizeBytesAfter).toBeLessThan(0.45 * sizeBytesBefore);
    expect(judgement).toMatchObject({ metric: "accuracy.top1", samples: 500 });
    expect(notes).toContainEqual(
      expect.objectContaining({
        text: expect.stringMatching(/^outputs at \d+\.\d dB to the original's on 64 validation samples/),
      }),
    );
    expect(judgement.drop).toBeLessThan(0.02);
    expect(time.low).toBeLessThan(time.high);
    const { proof } = notes.find((note: { proof?: unknown }) => note.proof !== undefined);
    expect(proof.predictedShare).toBeGreaterThan(0.5);
    expect(proof.disagreements).toEqual([]);
    expect(operators(join(folder, "static.onnx"))).toContain("QuantizeLinear");
  });

  it("integer-only: integer inputs and outputs, evaluated, timed and replayed as any other", async () => {
    const args = ["--scheme", "static", "--target", "integer-only", ...data, "--json"];
    const { code, out } = await quantize("ports.onnx", ...args);
    expect(code).toBe(0);
    const { judgement, time } = JSON.parse(out);
    expect(judgement).toMatchObject({ metric: "accuracy.top1", samples: 500 });
    expect(judgement.drop).toBeLessThan(0.03);
    expect(time.low).toBeLessThan(time.high);
    const written = readModel(join(folder, "ports.onnx"));
    const ports = [...written.graph.inputs, ...written.graph.outputs];
    expect(ports.map(({ type }) => type?.kind === "tensor" && type.dtype)).toEqual(["int8", "int8"]);
    const file = join(folder, "ports.onnx");
    const evaluated = await pare(root, ["evaluate", file, ...data, "--against", model, "--json"]);
    const accuracy = JSON.parse(evaluated.out).result.metrics.find(
      ({ name }: { name: string }) => name === "accuracy.top1",
    );
    expect(accuracy.value).toBeGreaterThan(judgement.reference - 0.05);
    const drawn = await pare(root, ["evaluate", file, "--against", model, "--metrics", "fidelity.cosine", "--json"]);
    expect(JSON.parse(drawn.out).result.metrics[0].value).toBeGreaterThan(0.8);
    expect((await pare(root, ["bench", model, file, ...data, "--budget", "1"])).code).toBe(0);
  });

  it("auto for hardware that is not here tries what it has, and chooses integers", async () => {
    const { code, out } = await quantize("elsewhere.onnx", "--target", "integer-only", ...data, "--max-time", "12");
    expect(code).toBe(0);
    expect(out).toMatch(/\n {2}chosen: static, /);
    expect(out).toMatch(/made 2 inputs and outputs integer/);
  });

  it("a run makes integer ports, measures them, and its lock file gives the same bytes", async () => {
    const recipe = join(folder, "ports.yaml");
    const steps = "steps:\n  - quantize/static: { target: integer-only }\n";
    const timing = "measure:\n  - { name: online, threads: 1, scenario: online, budget: 1 }\n";
    writeFileSync(recipe, `${dataText}${steps}${timing}`);
    const out = join(folder, "runs");
    const run = await pare(root, ["run", recipe, "--out", out, ...cache, "--json"]);
    expect([run.code, run.err]).toEqual([0, expect.not.stringContaining("ENGINE_INPUT")]);
    const [name] = readdirSync(out);
    const [id] = readdirSync(join(out, name!));
    const lock = join(out, name!, id!, "recipe.lock.yaml");
    const again = await pare(root, ["run", recipe, "--out", join(folder, "again"), "--no-cache", "--lock", lock]);
    expect(again.code).toBe(0);
  });

  it("gives the same bytes twice", async () => {
    const args = ["--scheme", "static", "--calibrate", "percentile", ...data, "--no-measure"];
    const first = await quantize("a.onnx", ...args);
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/not measured: how far the outputs are from the original's, for it was not\s+asked for/);
    expect((await quantize("b.onnx", ...args, "--no-cache")).code).toBe(0);
    expect(readFileSync(join(folder, "a.onnx")).equals(readFileSync(join(folder, "b.onnx")))).toBe(true);
  });

  it("auto: never slower than what came in, with the table of what was tried", async () => {
    const { code, out } = await quantize("auto.onnx", ...data, "--max-time", "15");
    expect(code).toBe(0);
    expect(out).toMatch(/\n {2}chosen: /);
    expect(out).toMatch(/\ntried +metric +lost \(at most\) +agree +time +size\n(→ )?float /);
    for (const line of out.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("without data it stores weights in a quarter of the bytes", async () => {
    const { code, out } = await quantize("storage.onnx", "--scheme", "storage", "--no-measure", "--json");
    expect(code).toBe(0);
    const { sizeBytesBefore, sizeBytesAfter, notes } = JSON.parse(out);
    expect(notes.at(-1).text).toContain("not measured");
    expect(sizeBytesAfter).toBeLessThan(0.5 * sizeBytesBefore);
    expect(operators(join(folder, "storage.onnx"))).toContain("Cast");
  });

  it.each([
    [["--scheme", "static"], "QUANTIZE_DATA at quantize/static: there is no data to calibrate with"],
    [["--scheme", "static", ...data, "--target", "cpu-x64-vnn"], 'Did you mean "cpu-x64-vnni"?'],
    [["--scheme", "dynamic", "--percentile", "99"], "USAGE at --percentile: --scheme dynamic has no such option"],
    [["--scheme", "half"], '--scheme cannot be "half": it is one of "auto", "static"'],
    [["--data", "no.yaml"], "RECIPE_MISSING at no.yaml: there is no such file"],
  ])("%j is bad input", async (args, message) => {
    const { code, out, err } = await quantize("bad.onnx", ...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(join(folder, "bad.onnx"))).toBe(false);
  });

  it("calibrates with no test data, and replaces no file unasked", async () => {
    const recipe = join(folder, "test-only.yaml");
    writeFileSync(recipe, `version: 1\nmodel: builtin:quickstart\ndata:\n  test: { generated: glyphs, samples: 50 }\n`);
    const refused = await quantize("new.onnx", "--data", recipe);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("the recipe has no data to calibrate with: test data alone is for the end");
    writeFileSync(join(folder, "kept.onnx"), "mine");
    expect((await quantize("kept.onnx", "--scheme", "storage")).code).toBe(2);
    expect(readFileSync(join(folder, "kept.onnx"), "utf8")).toBe("mine");
  });
});
