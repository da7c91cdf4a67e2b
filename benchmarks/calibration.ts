/**
 * Whether calibrating needs more memory on 1,000 samples than on 10: `pare quantize --scheme static` with histograms, in
 * fresh processes that take turns; resident memory of all of them together, at its highest.
 *
 *   npm run bench:calibration [-- <model.onnx> <recipe.yaml>]
 *
 * Default: the quickstart's model on drawn glyphs. A recipe of your own needs training data of 1,000 samples. Prints a
 * JSON line; exits 1 where the goal is missed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { builtinModelPath } from "../src/catalog.ts";
import { median, runProcess } from "./process.ts";

const rounds = 5;
/** Highest memory on 1,000 samples ÷ on 10: what the garbage collectors of two runs differ by. */
const goal = 1.1;
const [model = builtinModelPath("quickstart"), recipePath] = process.argv.slice(2);
const glyphs = `version: 1
model: builtin:quickstart
data: { train: { generated: glyphs, samples: 2000 }, input: { mean: [0.5], std: [0.25] } }`;
const recipe = parse(recipePath === undefined ? glyphs : readFileSync(recipePath, "utf8"));
// Paths of the recipe start in its folder.
const folder = mkdtempSync(join(recipePath === undefined ? tmpdir() : dirname(resolve(recipePath)), "pare-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function peakMegabytes(samples: number): Promise<number> {
  const file = join(recipePath === undefined ? folder : dirname(folder), `.calibration-${process.pid}.yaml`);
  writeFileSync(file, stringify({ ...recipe, data: { ...recipe.data, calibration: { samples } } }));
  try {
    const out = join(folder, "quantized.onnx");
    const options = ["--scheme", "static", "--calibrate", "percentile", "--no-measure", "--no-cache", "--force"];
    const args = ["dist/cli.js", "quantize", model, "-o", out, "--data", file, ...options];
    return (await runProcess(process.execPath, args)).treePeakBytes / 2 ** 20;
  } finally {
    rmSync(file, { force: true });
  }
}

const few: number[] = [];
const many: number[] = [];
for (let round = 0; round < rounds; round++) {
  few.push(await peakMegabytes(10));
  many.push(await peakMegabytes(1000));
}
const value = median(many.map((peak, i) => peak / few[i]!));
const isMet = value <= goal;
const peaks = { peakMB: { "10": Math.round(median(few)), "1000": Math.round(median(many)) } };
console.log(
  JSON.stringify({ name: "memory, 1000 samples / 10", value: Number(value.toFixed(3)), goal, isMet, ...peaks }),
);
process.exitCode = isMet ? 0 : 1;
