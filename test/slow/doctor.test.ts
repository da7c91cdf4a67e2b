import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile, writeModel } from "@pare/formats";
import { intAttr, type Model, type Node, onlyConsumer, parseModel } from "@pare/ir";
import { runPass } from "@pare/pass";
import { readRecipe } from "@pare/recipe";
import { simplify } from "@pare/simplify";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { recipeCatalog } from "../../src/catalog.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { type Diagnosis, lossOf } from "../../src/doctor/diagnosis.ts";
import { diagnosisText } from "../../src/doctor/diagnosis-text.ts";
import { openPatient, quantizedBy } from "../../src/doctor/patient.ts";
import { cured, defaultStep } from "../../src/doctor/step-lines.ts";
import { createTools } from "../../src/run/tools.ts";

/** Models and recipes that are damaged on purpose: the doctor names the damage, and its lines mend it. */
const folder = mkdtempSync(join(tmpdir(), "pare-doctor-"));
const engine = createOnnxRuntimeEngine();
const world = { engine, progress: { report: () => {} }, signal: new AbortController().signal };
const healthy = fileURLToPath(new URL("../../recipes/quickstart.onnx", import.meta.url));
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const rightInput = "input: { scale: 1/255, mean: [0.5], std: [0.25] }";

/** Boxes in pixels and scores from 0 to 1, joined. */
const detector = `<ir_version: 8, opset_import: ["" : 13]>
main (float[N,3,32,32] image) => (float[N,5,32,32] found) <
  float[4,3,1,1] wb = {40, 3, 2, 1, 50, 2, 3, 1, 30, 7, 3, 20},
  float[1,3,1,1] ws = {1, -2, 1}
> {
  ["boxes"] boxes = Conv (image, wb)
  ["logits"] logits = Conv (image, ws)
  ["scores"] scores = Sigmoid (logits)
  ["join"] found = Concat <axis = 1> (boxes, scores)
}`;

interface Case {
  readonly model?: string;
  readonly input?: string;
  readonly data?: readonly string[];
  readonly steps?: readonly string[];
  readonly target?: string;
  readonly against?: string;
}

let written = 0;

function recipeOf({ input = rightInput, data = [], steps = [] }: Case): string {
  const file = join(folder, `${written++}.yaml`);
  const train = data.some((line) => line.startsWith("train:"))
    ? []
    : ["train: { generated: glyphs, samples: 600, seed: 2 }"];
  const lines = [
    ...["version: 1", "model: builtin:quickstart", "data:"],
    ...[...train, ...data, input].map((line) => `  ${line}`),
    ...(steps.length > 0 ? ["steps:", "  - simplify", ...steps.map((line) => `  ${line}`)] : []),
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

async function look(given: Case): Promise<Diagnosis> {
  const { model = healthy, against, target } = given;
  return await diagnose({ model, against, target, checked: readRecipe(recipeOf(given), recipeCatalog) }, world);
}

const causesOf = ({ causes }: Diagnosis) => causes.map(({ cause }) => cause);
const linesOf = ({ causes }: Diagnosis, wanted: string) => causes.find(({ cause }) => cause === wanted)?.lines ?? [];

describe("pare doctor", { timeout: 240_000 }, () => {
  it("finds nothing in a healthy model", async () => {
    const found = await look({});
    expect(found).toMatchObject({ isHurt: false, causes: [], remarks: [] });
    expect(diagnosisText(found, 80)).toMatch(/Nothing to cure/);
  });

  it("names wrong preprocessing, and the input line with which the model is right again", async () => {
    const found = await look({ input: "input: { scale: 1 }" });
    expect(causesOf(found)).toContain("preprocessing");
    const [line] = linesOf(found, "preprocessing");
    const mended = await look({ input: line! });
    expect(mended.judgement.reference).toBeGreaterThan(found.judgement.reference + 0.3);
    expect(causesOf(mended)).toEqual([]);
  });

  it("names ranges that cut off too much", async () => {
    const found = await look({ steps: ["- quantize/static: { calibrate: percentile, percentile: 60 }"] });
    expect(found.isHurt).toBe(true);
    expect(causesOf(found)[0]).toBe("clipping");
    await expectMended(linesOf(found, "clipping"));
  });

  it("names channels that one scale does not fit", async () => {
    const model = join(folder, "unequal.onnx");
    writeModel(await unequal(healthy, 400), model);
    const found = await look({ model });
    expect(found.isHurt).toBe(true);
    expect(causesOf(found)).toContain("unequal-channels");
    await expectMended(linesOf(found, "unequal-channels"), model);
  });

  it("names weights with one scale for unlike channels", async () => {
    const found = await look({ steps: ["- quantize/static: { granularity: tensor, bits: 4 }"] });
    const cause = found.causes.find((each) => each.cause === "tensor-scale");
    expect(cause?.lines).toEqual(["- quantize/static: { granularity: channel, bits: 4 }"]);
    expect(lossOf(cause!.after!)).toBeLessThan(0.75 * lossOf(found.judgement));
  });

  it("names samples that are in two splits", async () => {
    const [all, some] = [join(folder, "all.bin"), join(folder, "some.bin")];
    writeFileSync(all, cifarFile(120));
    writeFileSync(some, cifarFile(40));
    const train = `train: { cifar: ${all} }`;
    const found = await look({ data: [train, `test: { cifar: ${some} }`] });
    expect(causesOf(found)).toContain("leakage");
    expect(found.causes.find(({ cause }) => cause === "leakage")?.text).toMatch(/^40 samples are in the train and in/);
    const [line] = linesOf(found, "leakage");
    expect(line).toBe("split: { test: 0.2 } # instead of test");
    expect(causesOf(await look({ data: [train, line!] }))).not.toContain("leakage");
  });

  it("predicts saturation on a processor without VNNI, and only where weights have 8 bits", async () => {
    const found = await look({ steps: ["- quantize/static: { target: cpu-x64-avx2, bits: 8 }"] });
    expect(found.causes).toContainEqual(expect.objectContaining({ cause: "saturation", certainty: "predicted" }));
    const lines = linesOf(found, "saturation");
    expect(lines).toEqual(["- quantize/static: { target: cpu-x64-avx2, bits: 7 }"]);
    expect(causesOf(await look({ steps: lines }))).not.toContain("saturation");
  });

  it("names boxes and scores under one scale, whatever the figures are", async () => {
    const data = join(folder, "images.npy");
    writeFileSync(data, arrayFile([60, 3, 32, 32]));
    const train = `train: { arrays: { image: ${data} } }`;
    const [original, joined] = [join(folder, "detector.onnx"), join(folder, "detector.int8.onnx")];
    writeModel(parseModel(detector), original);
    const checked = readRecipe(recipeOf({ data: [train] }), recipeCatalog);
    const patient = await openPatient({ model: original, against: undefined, target: "integer-only", checked }, world);
    const all = cured(defaultStep, { options: { protect: false } });
    writeModel(await quantizedBy(all, patient, patient.tools), joined);
    const found = await look({ model: joined, against: original, data: [train] });
    expect(found.causes).toContainEqual(expect.objectContaining({ cause: "mixed-concat", subjects: ["join"] }));
    const steps = linesOf(found, "mixed-concat");
    expect(steps).toEqual(['- quantize/static: { except: ["join"] }']);
    expect(causesOf(await look({ model: original, data: [train], steps }))).not.toContain("mixed-concat");
  });

  it("looks at a file that came quantized beside its original", async () => {
    const recipe = readRecipe(recipeOf({}), recipeCatalog);
    const patient = await openPatient(
      { model: healthy, against: undefined, target: undefined, checked: recipe },
      world,
    );
    const bad = cured(defaultStep, { options: { calibrate: "percentile", percentile: 60 } });
    const model = join(folder, "bad.int8.onnx");
    writeModel(await quantizedBy(bad, patient, patient.tools), model);
    const found = await look({ model, against: healthy });
    expect(found).toMatchObject({ isHurt: true, step: undefined });
    expect(causesOf(found)).toContain("clipping");
    expect(linesOf(found, "clipping")).toEqual(["- quantize/static"]);
  });
});

async function expectMended(lines: readonly string[], model = healthy): Promise<void> {
  expect(lines).not.toEqual([]);
  const mended = await look({ model, steps: lines });
  expect(mended.isHurt).toBe(false);
}

/** NumPy's format: float32 from 0 to 1. */
function arrayFile(shape: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7919) % 256) / 255);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"),
    Buffer.from(`${header}\n`, "latin1"),
    Buffer.from(values.buffer),
  ]);
}

/** CIFAR's binary format: a label and 3072 bytes each. The same first records whatever the number. */
function cifarFile(samples: number): Uint8Array {
  const bytes = new Uint8Array(samples * 3073);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % 3073 === 0 ? (i / 3073) % 10 : (i * 2_654_435_761) >>> 13;
  return bytes;
}

/** The same function, but one channel between two convolutions with a Relu between is so many times as large. */
async function unequal(file: string, factor: number): Promise<Model> {
  const model = readModelFile(file);
  await runPass(model, simplify, {}, createTools(world, { seed: 0 }));
  const [first, second] = pairOf(model);
  model.graph.edit("damage", (edit) => {
    const scaled = (node: Node, slot: number, axis: number, by: number) => {
      const value = node.inputs[slot];
      if (value?.origin.kind !== "constant") return;
      const { tensor } = value.origin;
      const inner = tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
      const values = numbers(tensor).map((x, i) => (Math.floor(i / inner) % tensor.shape[axis]! === 0 ? x * by : x));
      const made = edit.constant(value.name, tensorOf("float32", tensor.shape, values));
      edit.replaceUses(value, made, (use) => use.kind === "input" && use.node === node);
    };
    scaled(first, 1, 0, factor);
    scaled(first, 2, 0, factor);
    scaled(second, 1, 1, 1 / factor);
  });
  return model;
}

function pairOf({ graph }: Model): readonly [Node, Node] {
  for (const conv of graph.nodes) {
    const relu = conv.op === "onnx.Conv" ? onlyConsumer(conv.outputs[0]!) : undefined;
    const next = relu?.op === "onnx.Relu" ? onlyConsumer(relu.outputs[0]!) : undefined;
    if (next?.op === "onnx.Conv" && intAttr(next, "group", 1) === 1) return [conv, next];
  }
  throw new Error("no two convolutions with a Relu between");
}
