/**
 * Whether calibrating needs more memory on 1,000 samples than on 10: `pare quantize --scheme static` with histograms, in
 * fresh processes that take turns; resident memory of all of them together, at its highest.
 *
 *   npm run bench:calibration [-- <model.onnx> <recipe.yaml>]
 *
 * Default: the quickstart's model on drawn glyphs, and a small network on JPEGs of 256 × 256, cut to 224 × 224. A recipe of
 * your own needs training data of 1,000 samples. Prints a JSON line for each; exits 1 where the goal is missed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { seededRandom } from "@pare/pass";
import sharp from "sharp";
import { parse, stringify } from "yaml";
import { builtinModelPath } from "../src/catalog.ts";
import { median, runProcess } from "./process.ts";

const rounds = 5;
/** Highest memory on 1,000 samples ÷ on 10: what the garbage collectors of two runs differ by. */
const goal = 1.1;

interface Case {
  readonly name: string;
  readonly model: string;
  /** Parsed; its paths start in `folder`. */
  readonly recipe: { readonly data: object };
  readonly folder: string;
}

const scratch = mkdtempSync(join(tmpdir(), "pare-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

function glyphs(): Case {
  const text = `version: 1
model: builtin:quickstart
data: { train: { generated: glyphs, samples: 2000 }, input: { mean: [0.5], std: [0.25] } }`;
  return { name: "glyphs", model: builtinModelPath("quickstart"), recipe: parse(text), folder: scratch };
}

/** Activations of 224 × 224 images as an image network has them: 1.6 MB and less. */
const network = `<ir_version: 8, opset_import: ["" : 17]>
main (float[N, 3, 224, 224] x) => (float[N, 10] y)
  <float[16, 3, 3, 3] w1 = splat(0.02), float[32, 16, 3, 3] w2 = splat(0.01), float[64, 32, 3, 3] w3 = splat(0.01),
   float[64, 10] w4 = splat(0.1)> {
  c1 = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (x, w1) r1 = Relu (c1)
  c2 = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (r1, w2) r2 = Relu (c2)
  c3 = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (r2, w3) r3 = Relu (c3)
  p = GlobalAveragePool (r3) f = Flatten (p) y = MatMul (f, w4)
}`;

async function photographs(): Promise<Case> {
  const model = join(scratch, "network.onnx");
  writeModel(parseModel(network), model);
  const random = seededRandom(0);
  for (let i = 0; i < 1000; i++) {
    // A few blocks of colour, made smooth: as large as a photograph when it is compressed.
    const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, () => random() * 256);
    const image = sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
      .resize(256, 256)
      .jpeg();
    await image.toFile(join(scratch, `${i}.jpg`));
  }
  const data = { train: { images: scratch, classes: "none" }, input: { crop: 224, scale: "1/255" } };
  return { name: "224 × 224", model, recipe: { version: 1, model, data } as Case["recipe"], folder: scratch };
}

function given(model: string, recipe: string): Case {
  return { name: recipe, model, recipe: parse(readFileSync(recipe, "utf8")), folder: dirname(resolve(recipe)) };
}

async function peakMegabytes({ model, recipe, folder }: Case, samples: number): Promise<number> {
  const file = join(folder, `.calibration-${process.pid}.yaml`);
  writeFileSync(file, stringify({ ...recipe, data: { ...recipe.data, calibration: { samples } } }));
  try {
    const out = join(scratch, "quantized.onnx");
    const options = ["--scheme", "static", "--calibrate", "percentile", "--no-measure", "--no-cache", "--force"];
    const args = ["dist/cli.js", "quantize", model, "-o", out, "--data", file, ...options];
    return (await runProcess(process.execPath, args)).treePeakBytes / 2 ** 20;
  } finally {
    rmSync(file, { force: true });
  }
}

const [model, recipe] = process.argv.slice(2);
const cases = model !== undefined && recipe !== undefined ? [given(model, recipe)] : [glyphs(), await photographs()];
for (const each of cases) {
  const few: number[] = [];
  const many: number[] = [];
  for (let round = 0; round < rounds; round++) {
    few.push(await peakMegabytes(each, 10));
    many.push(await peakMegabytes(each, 1000));
  }
  const value = median(many.map((peak, i) => peak / few[i]!));
  const isMet = value <= goal;
  const name = `memory, 1000 samples / 10: ${each.name}`;
  const peaks = { peakMB: { "10": Math.round(median(few)), "1000": Math.round(median(many)) } };
  console.log(JSON.stringify({ name, value: Number(value.toFixed(3)), goal, isMet, ...peaks }));
  if (!isMet) process.exitCode = 1;
}
