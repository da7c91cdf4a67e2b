/**
 * What a statically quantized model gives on a processor without VNNI, by emulation: `qemu-x86_64 -cpu Haswell` runs the
 * same Node.js and ONNX Runtime, which then take the AVX2 kernels. There two products of unsigned activations and signed
 * weights are added in 16 bits, and what does not fit is cut off (`vpmaddubsw`). Weights of 7 bits always fit.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile, writeModel } from "@pare/formats";
import { cloneModel, type Model } from "@pare/ir";
import { runPass } from "@pare/pass";
import { targets, writeStatic } from "@pare/quantize";
import { readRecipe } from "@pare/recipe";
import { simplify } from "@pare/simplify";
import { tensorBytes } from "@pare/tensor";
import { recipeCatalog } from "../../src/catalog.ts";
import { openLearningData } from "../../src/learn/learning-data.ts";
import { learningTools } from "../../src/learn/learning-tools.ts";
import { findModel } from "../../src/run/facts.ts";
import { createTools } from "../../src/run/tools.ts";

const runner = fileURLToPath(new URL("run-model.mjs", import.meta.url));
const emulator = "qemu-x86_64";

/** Why the comparison cannot be made here; undefined: it can. */
export function obstacle(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "it needs Linux on x86-64";
  try {
    execFileSync(emulator, ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return `${emulator} is missing (Debian's package qemu-user)`;
  }
}

export interface Comparison {
  /** Bits of the weights. */
  readonly bits: number;
  /** Largest difference of an output between the two processors, and the largest output itself. */
  readonly difference: number;
  readonly largest: number;
  /** Samples with the same first class on both, of `samples`. */
  readonly agreeing: number;
  readonly samples: number;
}

/** A recipe's model, quantized for processors without VNNI with 7 bits (the target's own) and with 8. */
export async function compareProcessors(recipeFile: string, samples = 32): Promise<readonly Comparison[]> {
  const folder = mkdtempSync(join(tmpdir(), "pare-saturation-"));
  await using engine = createOnnxRuntimeEngine();
  try {
    const checked = readRecipe(recipeFile, recipeCatalog);
    const original = readModelFile(await findModel(checked));
    const learning = await openLearningData(checked);
    const world = { engine, progress: { report: () => {} }, signal: new AbortController().signal };
    const { data } = learningTools(original, { data: learning, bench: undefined }, world);
    const tools = { ...createTools(world, { seed: checked.recipe.seed }), data: data! };
    await runPass(original, simplify, {}, tools);
    let batch: { readonly file: string; readonly shape: string } | undefined;
    for await (const inputs of tools.data.batches({ batch: samples, samples })) {
      const [tensor] = [...inputs.values()];
      batch ??= { file: join(folder, "inputs.f32"), shape: tensor!.shape.join() };
      writeFileSync(batch.file, tensorBytes(tensor!));
      break;
    }
    const compared: Comparison[] = [];
    for (const bits of [7, 8]) {
      const model: Model = cloneModel(original);
      await writeStatic(model, targets.get("cpu-x64-avx2")!, { bits }, tools);
      const file = join(folder, `${bits}-bits.onnx`);
      writeModel(model, file);
      compared.push(compare(bits, samples, runHere(file, batch!), runEmulated(file, batch!)));
    }
    return compared;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Batch = { readonly file: string; readonly shape: string };

function runHere(model: string, { file, shape }: Batch): Float32Array {
  return floats(execFileSync(process.execPath, [runner, model, file, shape], { encoding: "utf8" }));
}

function runEmulated(model: string, { file, shape }: Batch): Float32Array {
  const args = ["-cpu", "Haswell", process.execPath, "--jitless", runner, model, file, shape];
  return floats(execFileSync(emulator, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer);
}

function compare(bits: number, samples: number, here: Float32Array, there: Float32Array): Comparison {
  const classes = here.length / samples;
  const best = (values: Float32Array, sample: number) => {
    const row = values.subarray(sample * classes, (sample + 1) * classes);
    return row.indexOf(Math.max(...row));
  };
  const agreeing = Array.from({ length: samples }, (_, i) => best(here, i) === best(there, i)).filter(Boolean).length;
  const difference = here.reduce((most, value, i) => Math.max(most, Math.abs(value - there[i]!)), 0);
  const largest = here.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { bits, difference, largest, agreeing, samples };
}
